import { type Array64, type SlowAttributes, type SlowOperator, SlowOperatorError } from './array64.ts';
import { inputAt, numberOf, numbersOf, textOf } from './attributes.ts';

/* LSTM, GRU and RNN, number by number, as ONNX defines them; clip and missing activation parameters as ONNX Runtime has them. */

type Activation = (x: number) => number;

const sigmoid: Activation = (x) => 1 / (1 + Math.exp(-x));

/** Each takes its alpha and beta, where it has any, from the lists. */
const functions: Readonly<Record<string, (alpha: () => number, beta: () => number) => Activation>> = {
  Relu: () => (x) => Math.max(0, x),
  Tanh: () => Math.tanh,
  Sigmoid: () => sigmoid,
  Softsign: () => (x) => x / (1 + Math.abs(x)),
  Softplus: () => (x) => Math.log1p(Math.exp(x)),
  Affine(alpha, beta) {
    const [a, b] = [alpha(), beta()];
    return (x) => a * x + b;
  },
  ScaledTanh(alpha, beta) {
    const [a, b] = [alpha(), beta()];
    return (x) => a * Math.tanh(b * x);
  },
  HardSigmoid(alpha, beta) {
    const [a, b] = [alpha(), beta()];
    return (x) => Math.max(0, Math.min(1, a * x + b));
  },
  LeakyRelu(alpha) {
    const a = alpha();
    return (x) => (x < 0 ? a * x : x);
  },
  ThresholdedRelu(alpha) {
    const a = alpha();
    return (x) => (x > a ? x : 0);
  },
  Elu(alpha) {
    const a = alpha();
    return (x) => (x < 0 ? a * Math.expm1(x) : x);
  },
};
const alphaDefaults: Readonly<Record<string, number>> = { HardSigmoid: 0.2, LeakyRelu: 0.01, Elu: 1 };
const betaDefaults: Readonly<Record<string, number>> = { HardSigmoid: 0.5 };

function activationsOf(attributes: SlowAttributes, defaults: readonly string[], directions: number): Activation[] {
  const given = attributes.activations as readonly string[] | undefined;
  const names = given ?? Array.from({ length: directions }, () => defaults).flat();
  const alphas = [...(numbersOf(attributes, 'activation_alpha') ?? [])];
  const betas = [...(numbersOf(attributes, 'activation_beta') ?? [])];
  return names.map((name) => {
    const make = functions[name];
    if (!make) throw new SlowOperatorError(`no activation ${name}`);
    return make(
      () => alphas.shift() ?? alphaDefaults[name] ?? 0,
      () => betas.shift() ?? betaDefaults[name] ?? 0,
    );
  });
}

interface Cell {
  readonly gates: number;
  readonly activations: readonly string[];
  /** Hidden and cell state of unit j after a step, from those of all units before it. */
  readonly unit: (call: UnitCall, j: number) => readonly [number, number];
}

interface UnitCall {
  /** W x + Wb for gate g of unit j. */
  readonly input: (gate: number, j: number) => number;
  /** R h + Rb for gate g of unit j, of h as it is, or as `scale` has it unit by unit. */
  readonly recurrent: (gate: number, j: number, scale?: (k: number) => number) => number;
  readonly peephole: (gate: number, j: number) => number;
  readonly hidden: Float64Array;
  readonly cell: Float64Array;
  readonly clip: (x: number) => number;
  readonly f: readonly Activation[];
  readonly attributes: SlowAttributes;
}

const rnn: Cell = {
  gates: 1,
  activations: ['Tanh'],
  unit: ({ input, recurrent, clip, f }, j) => [f[0]!(clip(input(0, j) + recurrent(0, j))), 0],
};

const lstm: Cell = {
  gates: 4,
  activations: ['Sigmoid', 'Tanh', 'Tanh'],
  unit({ input, recurrent, peephole, cell, clip, f, attributes }, j) {
    const before = cell[j]!;
    const gate = (g: number, p: number, c: number): number =>
      f[0]!(clip(input(g, j) + recurrent(g, j) + peephole(p, j) * c));
    const i = gate(0, 0, before);
    const forget = numberOf(attributes, 'input_forget') === 1 ? 1 - i : gate(2, 2, before);
    const after = forget * before + i * f[1]!(clip(input(3, j) + recurrent(3, j)));
    return [gate(1, 1, after) * f[2]!(after), after];
  },
};

const gru: Cell = {
  gates: 3,
  activations: ['Sigmoid', 'Tanh'],
  unit({ input, recurrent, hidden, clip, f, attributes }, j) {
    const z = f[0]!(clip(input(0, j) + recurrent(0, j)));
    const reset = (k: number): number => f[0]!(clip(input(1, k) + recurrent(1, k)));
    const afterwards = (numberOf(attributes, 'linear_before_reset') ?? 0) !== 0;
    const product = afterwards ? reset(j) * recurrent(2, j) : recurrent(2, j, reset);
    const n = f[1]!(clip(input(2, j) + product));
    return [(1 - z) * n + z * hidden[j]!, 0];
  },
};

function recurrentOperator(kind: Cell): SlowOperator {
  return (inputs, attributes, outputCount) => {
    const [x, w, r] = [inputAt(inputs, 0), inputAt(inputs, 1), inputAt(inputs, 2)];
    const [, , , bias, lengths, initial, initialCell, peepholes] = inputs;
    if (lengths?.data.some((length) => length !== x.dims[0])) throw new SlowOperatorError('rows of different lengths');
    const [length = 0, batch = 0, width = 0] = x.dims;
    const [directions = 1, , size = 0] = r.dims;
    const { gates } = kind;
    const bound = numberOf(attributes, 'clip');
    const clip = (v: number): number => (bound === undefined ? v : Math.max(-bound, Math.min(bound, v)));
    const all = activationsOf(attributes, kind.activations, directions);
    const y: Array64 = {
      dims: [length, directions, batch, size],
      data: new Float64Array(length * directions * batch * size),
    };
    const states = [0, 1].map(
      (): Array64 => ({ dims: [directions, batch, size], data: new Float64Array(directions * batch * size) }),
    );
    for (let d = 0; d < directions; d++) {
      const backwards = textOf(attributes, 'direction') === 'reverse' || d === 1;
      const biasOf = (row: number): number => bias?.data[d * 2 * gates * size + row] ?? 0;
      for (let b = 0; b < batch; b++) {
        const at = (d * batch + b) * size;
        let hidden = Float64Array.from({ length: size }, (_, j) => initial?.data[at + j] ?? 0);
        let cell = Float64Array.from({ length: size }, (_, j) => initialCell?.data[at + j] ?? 0);
        for (let step = 0; step < length; step++) {
          const t = backwards ? length - 1 - step : step;
          const rowOf = (gate: number, j: number): number => gate * size + j;
          const before = hidden;
          const call: UnitCall = {
            hidden,
            cell,
            clip,
            f: all.slice(d * kind.activations.length),
            attributes,
            peephole: (gate, j) => peepholes?.data[(d * 3 + gate) * size + j] ?? 0,
            input(gate, j) {
              let sum = biasOf(rowOf(gate, j));
              const row = (d * gates * size + rowOf(gate, j)) * width;
              for (let i = 0; i < width; i++) sum += w.data[row + i]! * x.data[(t * batch + b) * width + i]!;
              return sum;
            },
            recurrent(gate, j, scale = () => 1) {
              let sum = biasOf(gates * size + rowOf(gate, j));
              const row = (d * gates * size + rowOf(gate, j)) * size;
              for (let k = 0; k < size; k++) sum += r.data[row + k]! * before[k]! * scale(k);
              return sum;
            },
          };
          const units = Array.from({ length: size }, (_, j) => kind.unit(call, j));
          hidden = Float64Array.from(units, ([h]) => h);
          cell = Float64Array.from(units, ([, c]) => c);
          y.data.set(hidden, ((t * directions + d) * batch + b) * size);
        }
        states[0]!.data.set(hidden, at);
        states[1]!.data.set(cell, at);
      }
    }
    return [y, ...states].slice(0, outputCount);
  };
}

export const recurrentOperators = {
  GRU: recurrentOperator(gru),
  LSTM: recurrentOperator(lstm),
  RNN: recurrentOperator(rnn),
} satisfies Record<string, SlowOperator>;
