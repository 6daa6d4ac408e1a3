import { float, floatsOf, stringsOf } from '../../../onnx/attributes.ts';
import type { Node } from '../../../onnx/graph.ts';
import type { GraphBuilder } from '../../../onnx/graphBuilder.ts';

/** An activation of a recurrent layer: adds it to the graph. */
export type Activation = (builder: GraphBuilder, x: string) => string;

interface Kind {
  readonly make: (alpha: number, beta: number) => Activation;
  /** What the parameters that it has are where they are not given: as ONNX Runtime has it, 0 for lack of a default. */
  readonly alpha?: number;
  readonly beta?: number;
}

const plain = (op: string): Kind => ({ make: () => (builder, x) => builder.add(op, [x]) });

/** An operator that has alpha as its attribute. */
const withAlpha = (op: string, alpha: number): Kind => ({
  alpha,
  make: (given) => (builder, x) => builder.add(op, [x], { alpha: float(given) }),
});

/** alpha x + beta */
const affine: Kind = {
  alpha: 0,
  beta: 0,
  make: (alpha, beta) => (b, x) => b.ops.Add(b.ops.Mul(b.scalar(alpha), x), b.scalar(beta)),
};

/** alpha tanh(beta x) */
const scaledTanh: Kind = {
  alpha: 0,
  beta: 0,
  make: (alpha, beta) => (b, x) => b.ops.Mul(b.scalar(alpha), b.ops.Tanh(b.ops.Mul(b.scalar(beta), x))),
};

const hardSigmoid: Kind = {
  alpha: 0.2,
  beta: 0.5,
  make: (alpha, beta) => (b, x) => b.add('HardSigmoid', [x], { alpha: float(alpha), beta: float(beta) }),
};

/** By name in lower case: ONNX Runtime does not tell capitals from small letters. */
const kinds: ReadonlyMap<string, Kind> = new Map([
  ...['Relu', 'Tanh', 'Sigmoid', 'Softsign', 'Softplus'].map((op) => [op.toLowerCase(), plain(op)] as const),
  ['affine', affine],
  ['scaledtanh', scaledTanh],
  ['leakyrelu', withAlpha('LeakyRelu', 0.01)],
  ['thresholdedrelu', withAlpha('ThresholdedRelu', 0)],
  ['elu', withAlpha('Elu', 1)],
  ['hardsigmoid', hardSigmoid],
]);

/**
 * The activations of a recurrent node, as many as `defaults` for each direction. Their parameters stand in two lists, of
 * which each function that has such a parameter takes the next entry.
 * @returns undefined where one is not known.
 */
export function activationsOf(node: Node, directions: number, defaults: readonly string[]): Activation[][] | undefined {
  const names = stringsOf(node, 'activations', Array.from({ length: directions }, () => defaults).flat());
  const alphas = [...floatsOf(node, 'activation_alpha', [])];
  const betas = [...floatsOf(node, 'activation_beta', [])];
  const functions = names.flatMap((name) => {
    const kind = kinds.get(name.toLowerCase());
    if (!kind) return [];
    const alpha = kind.alpha === undefined ? 0 : (alphas.shift() ?? kind.alpha);
    const beta = kind.beta === undefined ? 0 : (betas.shift() ?? kind.beta);
    return [kind.make(alpha, beta)];
  });
  if (functions.length !== directions * defaults.length) return undefined;
  return Array.from({ length: directions }, (_, d) => functions.slice(d * defaults.length, (d + 1) * defaults.length));
}
