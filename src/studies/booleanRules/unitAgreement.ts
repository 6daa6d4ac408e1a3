import { random } from '../../random/random.ts';
import { type BooleanNetwork, classTables } from './booleanNetwork.ts';
import { literalsOf, type Term } from './term.ts';

/** A rule against the Boolean function it stands for, over the corners of the 0/1 cube. Shares from 0 to 1. */
export interface UnitAgreement {
  /** Where rule and function say the same. */
  readonly agreement: number;
  /** Where the function is true. */
  readonly trueShare: number;
  /** Of the corners where the rule holds, those where the function is true; undefined where no corner tried has the rule hold. */
  readonly sound?: number;
  /** Whether all corners were counted, or how many random ones were. */
  readonly corners: 'all' | number;
}

/** Random corners, where there are too many to count: a share is then known to about 0.5%. */
const sampledCorners = 20_000;

/** Exact for up to 20 features, else on random corners, half of them with the rule's literals set. */
export function unitAgreement(network: BooleanNetwork, k: number, term: Term): UnitAgreement {
  const table = classTables(network)?.[k];
  return table ? exact(table, term) : sampled(network, k, term);
}

function exact(table: Uint8Array, term: Term): UnitAgreement {
  const [on, off] = [term.on[0] ?? 0, term.off[0] ?? 0];
  let [agree, holds, both, truths] = [0, 0, 0, 0];
  for (let vertex = 0; vertex < table.length; vertex++) {
    const held = (vertex & on) === on && (vertex & off) === 0;
    const truth = table[vertex] === 1;
    if (held === truth) agree++;
    if (held) holds++;
    if (truth) truths++;
    if (held && truth) both++;
  }
  return {
    agreement: agree / table.length,
    trueShare: truths / table.length,
    ...(holds > 0 ? { sound: both / holds } : {}),
    corners: 'all',
  };
}

function sampled(network: BooleanNetwork, k: number, term: Term): UnitAgreement {
  const source = random(1);
  const literals = literalsOf(term);
  const vertex = new Uint8Array(term.variables);
  const draw = () => {
    for (let i = 0; i < vertex.length; i++) vertex[i] = source.uniform() < 0.5 ? 1 : 0;
  };
  let [agree, truths, sound] = [0, 0, 0];
  for (let i = 0; i < sampledCorners; i++) {
    draw();
    const truth = isTrue(network, k, vertex);
    const held = literals.every(({ variable, negated }) => vertex[variable] === (negated ? 0 : 1));
    if (truth === held) agree++;
    if (truth) truths++;
    for (const { variable, negated } of literals) vertex[variable] = negated ? 0 : 1;
    if (isTrue(network, k, vertex)) sound++;
  }
  return {
    agreement: agree / sampledCorners,
    trueShare: truths / sampledCorners,
    sound: sound / sampledCorners,
    corners: sampledCorners,
  };
}

function isTrue(network: BooleanNetwork, k: number, vertex: Uint8Array): boolean {
  let values: ArrayLike<number> = vertex;
  for (const [depth, layer] of network.entries()) {
    const units = depth === network.length - 1 ? layer.slice(k, k + 1) : layer;
    const inputs = values;
    values = units.map(({ weights, bias }) => {
      let sum = bias;
      for (let i = 0; i < weights.length; i++) sum += (weights[i] ?? 0) * (inputs[i] ?? 0);
      return sum >= 0 ? 1 : 0;
    });
  }
  return values[0] === 1;
}
