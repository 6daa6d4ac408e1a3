import type { GraphBuilder } from '../../onnx/graphBuilder.ts';
import { nodesView } from '../../onnx/graphView.ts';
import { convolutionOfChannels } from './convolutionOfChannels.ts';
import { derivativeAfterMaxPool } from './derivativeAfterMaxPool.ts';
import type { Rewrite } from './rewrite.ts';

/** All there are, in the order in which they are tried. */
export const rewrites: readonly Rewrite[] = [derivativeAfterMaxPool, convolutionOfChannels];

/**
 * Writes nodes another way that is faster, with the same values under the same names. Each node is looked at once, in the
 * graph as it was before.
 * @param from the number of nodes that stay as they are: what a model computes is not touched.
 */
export function optimize(builder: GraphBuilder, from: number, chosen: readonly Rewrite[] = rewrites): void {
  const { maker, readers } = nodesView([...builder.nodes]);
  const surroundings = {
    maker,
    readers,
    initializer: (name: string) => builder.initializer(name),
    constant: (...constant: Parameters<GraphBuilder['constant']>) => builder.constant(...constant),
    fresh: (hint: string) => builder.fresh(hint),
  };
  for (const node of builder.nodes.slice(from)) {
    for (const rewrite of chosen) {
      const nodes = rewrite(node, surroundings);
      if (!nodes) continue;
      builder.replace(node, ...nodes.map((made) => ({ ...made, origin: node.origin })));
      break;
    }
  }
}
