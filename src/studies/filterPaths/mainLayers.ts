import { type FilterLayer, type FilterNetwork, isFirst, withLayers } from './filterNetwork.ts';
import { pathCount } from './paths.ts';

/** With more paths than this no single one matters: in SqueezeNet the strongest of 10^36 brings 10^-7 of the score. */
const tooMany = 1e6;

/** Layers that paths stop at in a deep network. */
const most = 4;

/**
 * The network as paths are listed in it. A deep one is looked at through a few of its layers: the first and the last of those
 * that nothing passes by, and others evenly between.
 */
export function atMainLayers(network: FilterNetwork): FilterNetwork {
  if (pathCount(network) <= tooMany) return network;
  const through = bottlenecks(network);
  if (through.length < 2) return network;
  const steps = Math.min(most, through.length) - 1;
  const chosen = Array.from(
    { length: steps + 1 },
    (_, i) => through[Math.round((i * (through.length - 1)) / Math.max(1, steps))],
  );
  return withLayers(
    network,
    [...new Set(chosen)].flatMap((layer) => layer ?? []),
  );
}

/** The layers that every route from the image to the scores goes through. */
function bottlenecks(network: FilterNetwork): FilterLayer[] {
  const { classifier, layers, beforeScores } = network;
  const into = new Map([[classifier.inputName, 1]]);
  const from = new Map<string, number>();
  const add = (values: readonly string[], count: number) => {
    for (const value of values) from.set(value, (from.get(value) ?? 0) + count);
  };
  for (const layer of layers) {
    const routes = layer.before.reduce((sum, value) => sum + (into.get(value) ?? 0), 0);
    into.set(layer.value, isFirst(layer, network) ? 1 : routes);
  }
  add(beforeScores, 1);
  for (const layer of layers.toReversed()) add(layer.before, from.get(layer.value) ?? 0);
  const all = beforeScores.reduce((sum, value) => sum + (into.get(value) ?? 0), 0);
  return layers.filter(({ value }) => {
    const routes = (into.get(value) ?? 0) * (from.get(value) ?? 0);
    return Math.abs(routes / all - 1) < 1e-9;
  });
}
