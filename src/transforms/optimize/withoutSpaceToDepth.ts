import { intOf } from '../../onnx/attributes.ts';
import type { Node } from '../../onnx/graph.ts';
import type { GraphBuilder } from '../../onnx/graphBuilder.ts';
import { inputOf, outputOf } from '../../onnx/graphView.ts';

/** Blocks of pixels as channels, [n, c, h, w] -> [n, b b c, h/b, w/b]: rows and columns of a block become axes of their own, and go first. */
export function withoutSpaceToDepth(builder: GraphBuilder, nodes: readonly Node[]): void {
  const { ops } = builder;
  for (const node of nodes) {
    if (node.op !== 'SpaceToDepth' || node.domain !== '') {
      builder.append(node);
      continue;
    }
    const x = inputOf(node, 0);
    const block = intOf(node, 'blocksize', 1);
    const size = (axis: number) => builder.add('Shape', [x], { start: axis, end: axis + 1 });
    const b = builder.ints([block]);
    const blocks = (axis: number) => builder.add('Div', [size(axis), b]);
    const [rows, columns] = [blocks(2), blocks(3)];
    const planes = builder.add('Shape', [x], { start: 0, end: 2 });
    const apart = ops.Reshape(x, builder.add('Concat', [planes, rows, b, columns, b], { axis: 0 }));
    const first = builder.add('Transpose', [apart], { perm: [0, 3, 5, 1, 2, 4] });
    const channels = ops.Mul(size(1), builder.ints([block * block]));
    const shape = builder.add('Concat', [size(0), channels, rows, columns], { axis: 0 });
    builder.rename(ops.Reshape(first, shape), outputOf(node));
  }
}
