import { floatOf, intOf } from '../../../onnx/attributes.ts';
import type { Node } from '../../../onnx/graph.ts';
import type { GraphBuilder } from '../../../onnx/graphBuilder.ts';
import type { Activation } from './activationFunctions.ts';

/** What a layer remembers from step to step, each [b, h]; undefined at the first step stands for zeros. */
export interface State {
  readonly hidden: string | undefined;
  /** The cell state, which LSTM alone has. */
  readonly cell?: string | undefined;
}

/** The weights of one direction. */
interface CellWeights {
  /** R transposed, [h, gates h]. */
  readonly recurrent: string;
  /** The biases of the recurrent part, [gates h], where they are not part of the steps' inputs. */
  readonly bias: string | undefined;
  /** P of LSTM, [3 h]. */
  readonly peepholes: string | undefined;
}

/** One kind of recurrent layer. */
export interface CellKind {
  readonly gates: number;
  readonly activations: readonly string[];
  /** Whether the biases of the recurrent part stay apart from those of the input. */
  readonly ownBias: (node: Node) => boolean;
  /** @param x the step's input times its weights, with biases, [b, gates h]. */
  readonly step: (call: CellCall, x: string, state: State) => State & { readonly hidden: string };
}

interface CellCall {
  readonly builder: GraphBuilder;
  readonly node: Node;
  readonly size: number;
  readonly weights: CellWeights;
  readonly activations: readonly Activation[];
}

export const cellKinds: Readonly<Record<string, CellKind>> = {
  // h = f(x + R h')
  RNN: {
    gates: 1,
    activations: ['Tanh'],
    ownBias: () => false,
    step(call, x, { hidden }) {
      return { hidden: activated(call, 0, plusRecurrent(call, x, hidden)) };
    },
  },
  // i = f(x_i + R_i h' + P_i c'), f likewise (or 1 - i), c = f c' + i g(x_c + R_c h'), o = f(x_o + R_o h' + P_o c),
  // h = o h(c)
  LSTM: {
    gates: 4,
    activations: ['Sigmoid', 'Tanh', 'Tanh'],
    ownBias: () => false,
    step(call, x, { hidden, cell: before }) {
      const { builder, node } = call;
      const { ops } = builder;
      const [xi = '', xo = '', xf = '', xc = ''] = split(call, plusRecurrent(call, x, hidden), 4);
      const [pi = '', po = '', pf = ''] = call.weights.peepholes ? split(call, call.weights.peepholes, 3) : [];
      const peeping = (gate: string, weights: string, cell: string | undefined) =>
        weights === '' || cell === undefined ? gate : ops.Add(gate, ops.Mul(weights, cell));
      const input = activated(call, 0, peeping(xi, pi, before));
      const kept = ops.Mul(input, activated(call, 1, xc));
      const forget = () =>
        intOf(node, 'input_forget', 0) === 1
          ? ops.Sub(builder.scalar(1), input)
          : activated(call, 0, peeping(xf, pf, before));
      const cell = before === undefined ? kept : ops.Add(ops.Mul(forget(), before), kept);
      const output = activated(call, 0, peeping(xo, po, cell));
      // The cell itself is never clipped.
      return { hidden: ops.Mul(output, activationAt(call, 2)(builder, cell)), cell };
    },
  },
  // z = f(x_z + R_z h'), r likewise, n = g(x_n + R_n (r h')) or, with linear_before_reset, g(x_n + r (R_n h' + b_n)),
  // h = (1 - z) n + z h'
  GRU: {
    gates: 3,
    activations: ['Sigmoid', 'Tanh'],
    ownBias: resetsAfter,
    step(call, x, { hidden }) {
      const { builder, node } = call;
      const { ops } = builder;
      const [xz = '', xr = '', xn = ''] = split(call, x, 3);
      const parts = recurrentParts(call, hidden);
      const z = activated(call, 0, plus(builder, xz, parts.z));
      const r = () => activated(call, 0, plus(builder, xr, parts.r));
      const candidate = () => {
        if (resetsAfter(node)) return parts.n === undefined ? undefined : ops.Mul(r(), parts.n);
        return hidden === undefined ? undefined : ops.MatMul(ops.Mul(r(), hidden), recurrentOf(call, 2));
      };
      const n = activated(call, 1, plus(builder, xn, candidate()));
      const renewed = ops.Mul(ops.Sub(builder.scalar(1), z), n);
      return { hidden: hidden === undefined ? renewed : ops.Add(renewed, ops.Mul(z, hidden)) };
    },
  },
};

function resetsAfter(node: Node): boolean {
  return intOf(node, 'linear_before_reset', 0) !== 0;
}

/** An activation of what is first clipped, where the node says so. */
function activated(call: CellCall, index: number, x: string): string {
  const { builder, node } = call;
  const bound = floatOf(node, 'clip', 0);
  const clipped = bound > 0 ? builder.add('Clip', [x, builder.scalar(-bound), builder.scalar(bound)]) : x;
  return activationAt(call, index)(builder, clipped);
}

function activationAt({ node, activations }: CellCall, index: number): Activation {
  const activation = activations[index];
  if (!activation) throw new RangeError(`${node.op} has no activation number ${index}.`);
  return activation;
}

function plus({ ops }: GraphBuilder, a: string, b: string | undefined): string {
  return b === undefined ? a : ops.Add(a, b);
}

/** x + R h' */
function plusRecurrent({ builder, weights }: CellCall, x: string, hidden: string | undefined): string {
  return plus(builder, x, hidden === undefined ? undefined : builder.ops.MatMul(hidden, weights.recurrent));
}

/** R h' + b for the gates of a GRU; where R is applied after the reset gate only z and r have it. */
function recurrentParts(call: CellCall, hidden: string | undefined) {
  const { builder, node, weights } = call;
  const after = resetsAfter(node);
  const matrix = after ? weights.recurrent : gatesOf(call, weights.recurrent, 0, 2);
  const product = hidden === undefined ? undefined : builder.ops.MatMul(hidden, matrix);
  const sum = product === undefined ? weights.bias : plus(builder, product, weights.bias);
  const [z, r, n] = sum === undefined ? [] : split(call, sum, after ? 3 : 2);
  return { z, r, n };
}

function recurrentOf(call: CellCall, gate: number): string {
  return gatesOf(call, call.weights.recurrent, gate, gate + 1);
}

/** The columns of some gates. */
function gatesOf({ builder, size }: CellCall, value: string, from: number, to: number): string {
  return builder.add('Slice', [value, builder.ints([from * size]), builder.ints([to * size]), builder.ints([-1])]);
}

function split({ builder, size }: CellCall, value: string, parts: number): string[] {
  const sizes = builder.ints(Array.from({ length: parts }, () => size));
  return builder.addMany('Split', [value, sizes], parts, { axis: -1 });
}
