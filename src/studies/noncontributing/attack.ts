import { addTargetGradient } from '../../attribution/gradient/targetGradient.ts';
import type { Classifier } from '../../model/classifier.ts';
import { type Decision, leadFrom } from '../../model/decision.ts';
import type { Scores } from '../../model/findScores.ts';
import type { InputDescription } from '../../model/inputDescription.ts';
import { baselineImage } from '../../model/pixels.ts';
import { GraphBuilder } from '../../onnx/graphBuilder.ts';
import { concatRows, float32, type Tensor } from '../../onnx/tensor.ts';
import { random } from '../../random/random.ts';
import { program } from '../../runtime/program.ts';
import { floatOutputOf } from '../../runtime/runtime.ts';

/** The images between two, element by element, model input. */
export interface Box {
  readonly low: Float32Array;
  readonly high: Float32Array;
}

/** How hard an image in a box is looked for that another class wins. */
export interface AttackEffort {
  /** Images that are moved, from random corners of the box. */
  readonly starts: number;
  /** How often each is moved. */
  readonly steps: number;
  readonly seed: number;
}

/** Ten starts where a hundred images go through at a time; two of large models. */
export function attackEffort({ batchSize }: Pick<Classifier, 'batchSize'>): Omit<AttackEffort, 'seed'> {
  return { starts: batchSize >= 100 ? 10 : 2, steps: 40 };
}

/** All that amplitudes allow: each element moved by up to its radius. */
export function boxAround(image: Float32Array, radius: Float32Array): Box {
  return {
    low: image.map((value, i) => value - (radius[i] ?? 0)),
    high: image.map((value, i) => value + (radius[i] ?? 0)),
  };
}

/** The same of valid pixels only, from 0 to 255. */
export function validBox(image: Float32Array, radius: Float32Array, input: InputDescription): Box {
  const [black, white] = [baselineImage(0, input).data, baselineImage(255, input).data];
  const { low, high } = boxAround(image, radius);
  // An image beyond black or white by rounding stays in its own box.
  const valid = (value: number, i: number) => {
    const [a = value, b = value, own = value] = [black[i], white[i], image[i]];
    return Math.max(Math.min(a, b, own), Math.min(Math.max(a, b, own), value));
  };
  return { low: low.map(valid), high: high.map(valid) };
}

export interface Attack {
  /** The smallest lead of the decision that was found in the box, score units; below 0 where it was lost. @throws RunError */
  lowestLead(image: Tensor<'float32'>, box: Box, decision: Decision, effort: AttackEffort): Promise<number>;
  release(): Promise<void>;
}

const weightsInput = 'konkyo/attack/weights';

/**
 * Projected gradient descent (Madry et al. 2018) with the sign of the gradient, on the lead of the decided class over the one that
 * was strongest a step before. A lead above 0 says that no way out was found, not that there is none.
 */
export async function compileAttack(classifier: Classifier): Promise<Attack> {
  const { model, runtime, inputName, scores } = classifier;
  const builder = new GraphBuilder(model.graph, 'attack');
  builder.input(weightsInput, 'float32', ['n', scores.width]);
  const slope = addTargetGradient(builder, classifier, weightsInput);
  const { run, release } = await program(
    runtime,
    { ...model, graph: builder.build() },
    { outputs: [scores.name, slope] },
  );
  return {
    release,
    async lowestLead(image, box, decision, { starts, steps, seed }) {
      const source = random(seed);
      const clean = (await classifier.scoresOf(image)).data;
      let points = Array.from({ length: starts }, () =>
        float32(
          image.dims,
          box.low.map((low, i) => (source.uniform() < 0.5 ? low : (box.high[i] ?? low))),
        ),
      );
      let weights = points.map(() => towardsAnother(clean, decision, scores));
      let lowest = leadFrom(decision, clean, scores);
      for (let step = 0; step <= steps; step++) {
        const values = await run({
          [inputName]: concatRows(points),
          [weightsInput]: float32([starts, scores.width], weights.flat()),
        });
        const found = floatOutputOf(values, scores.name).data;
        const rows = points.map((_, i) => found.subarray(i * scores.width, (i + 1) * scores.width));
        lowest = Math.min(lowest, ...rows.map((row) => leadFrom(decision, row, scores)));
        weights = rows.map((row) => towardsAnother(row, decision, scores));
        // Long steps first, short ones last: from 0.2 to 0.01 of the box's half sides.
        const share = 0.2 * 0.05 ** (step / Math.max(1, steps));
        const slopes = floatOutputOf(values, slope).data;
        points = points.map((point, i) => moved(point, slopes.subarray(i * point.data.length), box, share));
      }
      return lowest;
    },
  };
}

/** Weights of the scores whose sum rises as the decision's lead falls. */
function towardsAnother(row: Float32Array, decision: Decision, scores: Scores): number[] {
  const weights = new Array<number>(row.length).fill(0);
  // A value is led away from where it is; where it has not moved, upwards.
  if (decision.kind === 'value') return [Math.sign((row[0] ?? 0) - decision.value) || 1];
  if (scores.width === 1) return [decision.chosen === 1 ? -1 : 1];
  const others = row.with(decision.chosen, Number.NEGATIVE_INFINITY);
  const rival = others.indexOf(Math.max(...others));
  return weights.with(decision.chosen, -1).with(rival, 1);
}

function moved(point: Tensor<'float32'>, slopes: Float32Array, { low, high }: Box, share: number): Tensor<'float32'> {
  return float32(
    point.dims,
    point.data.map((value, i) => {
      const [from, to] = [low[i] ?? value, high[i] ?? value];
      const step = (share * (to - from)) / 2;
      return Math.max(from, Math.min(to, value + step * Math.sign(slopes[i] ?? 0)));
    }),
  );
}
