import { boundsIn, type Proof, type ProofEffort, prove, unproved } from './cases.ts';
import { hiddenIntervals, rivalry } from './chainBound.ts';
import {
  addStep,
  type ChainAtImage,
  dotRow,
  type Movement,
  marginGradient,
  movedFirst,
  scoresFrom,
} from './movement.ts';
import type { ReluChain } from './reluChain.ts';

/** The question for one image: which pixels may move? */
export interface FreeingTask {
  readonly at: ChainAtImage;
  /** How far each input could go: [inputs]. */
  readonly down: Float64Array;
  readonly up: Float64Array;
  /** The inputs of each pixel. */
  readonly inputsOf: readonly (readonly number[])[];
  readonly kept: number;
  /** What every margin is to stay above. */
  readonly threshold: number;
  readonly effort: ProofEffort;
}

/** The proof of one rival's margin. */
export interface RivalProof {
  readonly rival: number;
  readonly proof: Proof;
}

/** What a pass over the pixels found. */
export interface Freed {
  /** Pixels that may move within the box, all at once. */
  readonly free: readonly number[];
  /** Pixels that are held: with any one of them free too, the margin falls to the threshold somewhere. */
  readonly held: readonly number[];
  /** Held pixels of which it was not found out whether they could be free. */
  readonly open: readonly number[];
  readonly proofs: readonly RivalProof[];
  /** How many proofs were tried. */
  readonly tries: number;
}

/**
 * Frees one pixel after the other, in an order, wherever the class can still be proved (VeriX, Wu, Wu & Barrett 2023). Many are
 * tried at a time where many can be freed; where an attack already found is enough to refute a pixel, nothing is proved.
 */
export function freePixels(task: FreeingTask, order: readonly number[], stop: () => void = () => {}): Freed {
  const { at, kept, threshold, effort } = task;
  const width = at.chain.layers.at(-1)?.outputs ?? 0;
  const rivals = Array.from({ length: width }, (_, i) => i).filter((i) => i !== kept);
  const scores = scoresFrom(at.chain, at.first);
  let attacks = rivals.map((rival): Attack => {
    const a = rivalry(width, kept, rival);
    const margin = dotRow(scores, 0, a);
    return { rival, a, aim: threshold + 0.05 * margin, worst: { margin, first: at.first }, proof: unproved };
  });
  const free: number[] = [];
  const held: number[] = [];
  const open: number[] = [];
  let tries = 0;

  /** The attacks with proofs of the larger box, or the attack that the box gives in to. */
  function attempt(pixels: readonly number[]): { kind: 'proved' | 'open'; attacks: Attack[] } | { kind: 'refuted' } {
    tries += 1;
    const movement = movementOf(task, [...free, ...pixels]);
    const intervals = hiddenIntervals(at, movement);
    const proved: Attack[] = [];
    let kind: 'proved' | 'open' = 'proved';
    for (const attack of attacks) {
      const { a, aim, proof } = attack;
      const verdict = prove({ at, movement, open: intervals, a, threshold, aim }, effort, proof);
      if (verdict.kind === 'refuted') {
        // Whatever the next box is, it is most in danger from the same rival.
        attacks = [attack, ...attacks.filter((other) => other !== attack)];
        const without = { ...movement, moving: movementOf(task, free).moving };
        const known = lower(at.chain, attack, movedFirst(at, without, verdict.by));
        attacks = attacks.map((own) => (own === attack ? known : own));
        return { kind: 'refuted' };
      }
      proved.push({ ...attack, proof: verdict.proof });
      if (verdict.kind === 'open') {
        kind = 'open';
        break;
      }
    }
    return { kind, attacks: proved };
  }

  let block = order.length;
  for (let next = 0; next < order.length; ) {
    stop();
    const pixels = order.slice(next, next + block);
    const attacked = attacks.map((attack) => further(task, attack, pixels));
    const falls = attacked.some(({ worst }) => worst.margin <= threshold);
    const found = falls ? ({ kind: 'refuted' } as const) : attempt(pixels);
    if (found.kind === 'proved') {
      free.push(...pixels);
      const worst = new Map(attacked.map((attack) => [attack.rival, attack.worst]));
      attacks = found.attacks.map((attack) => ({ ...attack, worst: worst.get(attack.rival) ?? attack.worst }));
      next += pixels.length;
      block = 2 * pixels.length;
    } else if (pixels.length > 1) {
      block = Math.ceil(pixels.length / (block >= order.length / 4 ? 2 : 4));
    } else {
      const [pixel = 0] = pixels;
      (found.kind === 'open' ? open : held).push(pixel);
      if (found.kind === 'open') held.push(pixel);
      next += 1;
    }
  }
  return { free, held, open, proofs: attacks.map(({ rival, proof }) => ({ rival, proof })), tries };
}

interface Attack {
  readonly rival: number;
  /** Coefficients of its margin. */
  readonly a: Float64Array;
  readonly aim: number;
  /** The worst that was found within the box of what is free: the margin, and the first layer's outputs there. */
  readonly worst: { readonly margin: number; readonly first: Float64Array };
  readonly proof: Proof;
}

/** The attack carried on with further pixels: each of their inputs to the end that the margin's gradient points away from. */
function further({ at, down, up, inputsOf }: FreeingTask, attack: Attack, pixels: readonly number[]): Attack {
  const gradient = marginGradient(at.chain, attack.worst.first, attack.a);
  const [layer] = at.chain.layers;
  if (!layer) return attack;
  const first = attack.worst.first.slice();
  for (const i of pixels.flatMap((pixel) => inputsOf[pixel] ?? [])) {
    const slope = dotRow(layer.weights, i * layer.outputs, gradient);
    addStep(at.chain, first, i, (slope > 0 ? down[i] : up[i]) ?? 0);
  }
  return lower(at.chain, attack, first);
}

/** The attack at another place, if the margin is smaller there. */
function lower(chain: ReluChain, attack: Attack, first: Float64Array): Attack {
  const margin = dotRow(scoresFrom(chain, first), 0, attack.a);
  return margin < attack.worst.margin ? { ...attack, worst: { margin, first } } : attack;
}

/** The box in which some pixels move. */
export function movementOf({ down, up, inputsOf }: FreeingTask, free: readonly number[]): Movement {
  const moving = free.flatMap((pixel) => inputsOf[pixel] ?? []);
  const only = (all: Float64Array) => {
    const own = new Float64Array(all.length);
    for (const i of moving) own[i] = all[i] ?? 0;
    return own;
  };
  return { moving, down: only(down), up: only(up) };
}

/** How large proofs are together. */
export function boundCount(proofs: readonly RivalProof[]): number {
  return proofs.reduce((sum, { proof }) => sum + boundsIn(proof), 0);
}
