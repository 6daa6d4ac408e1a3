import type { Node } from '../../onnx/graph.ts';
import type { Call } from './rule.ts';

/**
 * Where the gradient of an activation's output y comes back from a max pool of y, every element of it that is not 0 stands
 * where a window's maximum is, and what the activation's derivative is there follows from the pooled output alone. So
 * dy f'(y), with dy = scatter(d), is scatter(d f'(pool(y))): the same numbers, computed on a fraction of the elements.
 * @param derivative f' as a function of the output's name.
 * @returns the gradient with respect to the activation's input; undefined where dy does not come from a max pool of y.
 */
export function throughMaxPool(call: Call, derivative: (y: string) => string): string | undefined {
  const { builder, dy, y, ops } = call;
  const made = (name: string | undefined, op: string): Node | undefined =>
    builder.nodes.findLast(
      (node) => node.op === op && node.domain === '' && name !== undefined && node.outputs[0] === name,
    );
  const reshape = made(dy, 'Reshape');
  const scatter = made(reshape?.inputs[0], 'ScatterElements');
  const [zeros = '', flatIndices = '', flatGradient] = scatter?.inputs ?? [];
  const gradient = made(flatGradient, 'Reshape')?.inputs[0];
  const indices = made(flatIndices, 'Reshape')?.inputs[0];
  const pool = builder.nodes.find(
    ({ op, outputs }) => op === 'MaxPool' && indices !== undefined && outputs[1] === indices,
  );
  const [pooled = ''] = pool?.outputs ?? [];
  if (!reshape || !scatter || gradient === undefined || pooled === '' || pool?.inputs[0] !== y[0]) return undefined;
  const moved = ops.Reshape(ops.Mul(gradient, derivative(pooled)), builder.ints([-1]));
  const again = builder.fresh(scatter.op);
  builder.append({ ...scatter, name: again, inputs: [zeros, flatIndices, moved], outputs: [again] });
  return ops.Reshape(again, reshape.inputs[1] ?? '');
}
