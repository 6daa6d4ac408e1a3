import { type FilterLayer, type FilterNetwork, isFirst, layerOf } from './filterNetwork.ts';

/** A filter of a layer. */
export interface FilterStep {
  readonly layer: FilterLayer;
  /** From 0. */
  readonly filter: number;
}

/** From the first layer to the last: one filter of each layer that it goes through. */
export interface Path {
  readonly steps: readonly FilterStep[];
  /** It begins with the image itself, which has other ways into its first layer (or no layer at all). */
  readonly fromImage: boolean;
}

/** `conv1 2 → conv2 1` */
export function pathName({ steps, fromImage }: Path): string {
  return [...(fromImage ? ['image'] : []), ...steps.map(filterName)].join(' → ');
}

/** `conv1 2`: filters are counted from 0, as units are everywhere. */
export function filterName({ layer, filter }: FilterStep): string {
  return `${layer.name} ${filter}`;
}

/** Layers one after the other, first to last, that paths lead through. */
interface Route {
  readonly layers: readonly FilterLayer[];
  readonly fromImage: boolean;
}

/** Every route from the image to the scores, in the order in which they are met walking back. */
export function routesOf(network: FilterNetwork): Route[] {
  const back = (before: readonly string[], after: readonly FilterLayer[]): Route[] =>
    before.flatMap((value) => {
      const layer = layerOf(network, value);
      if (!layer) return [{ layers: after, fromImage: true }];
      const layers = [layer, ...after];
      return isFirst(layer, network) ? [{ layers, fromImage: false }] : back(layer.before, layers);
    });
  return back(network.beforeScores, []);
}

/** The paths of a route; the last layer's filter changes slowest. */
export function pathsOf({ layers, fromImage }: Route): Path[] {
  const steps = layers.reduceRight<readonly (readonly FilterStep[])[]>(
    (after, layer) =>
      after.flatMap((rest) => Array.from({ length: layer.filters }, (_, filter) => [{ layer, filter }, ...rest])),
    [[]],
  );
  return steps.map((own) => ({ steps: own, fromImage }));
}

/** Networks with at most so many paths are split completely; in others the strongest are searched for. */
export const mostPaths = 4096;

/** How many paths lead from the image to the scores: counted layer by layer, however many there are. */
export function pathCount(network: FilterNetwork): number {
  const into = new Map([[network.classifier.inputName, 1]]);
  const arriving = (values: readonly string[]) => values.reduce((sum, value) => sum + (into.get(value) ?? 0), 0);
  for (const layer of network.layers) {
    into.set(layer.value, layer.filters * (isFirst(layer, network) ? 1 : arriving(layer.before)));
  }
  return arriving(network.beforeScores);
}
