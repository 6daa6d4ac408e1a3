import { KonkyoError } from '../../konkyoError.ts';
import type { Classifier } from '../../model/classifier.ts';
import { cutOf } from '../../model/decision.ts';
import type { Scores } from '../../model/findScores.ts';
import type { InputDescription } from '../../model/inputDescription.ts';
import { baselineImage } from '../../model/pixels.ts';
import { classCount, targetWeights } from '../../model/target.ts';
import type { ValueInfo } from '../../onnx/graph.ts';
import { GraphBuilder } from '../../onnx/graphBuilder.ts';
import { outputOf } from '../../onnx/graphView.ts';
import { float32, sizeOf, type Tensor } from '../../onnx/tensor.ts';
import type { Values } from '../../runtime/runtime.ts';
import { addIntervals, type Intervals } from '../../transforms/bounds/addIntervals.ts';
import { addLinearBound, type FreeChoice } from '../../transforms/bounds/addLinearBound.ts';
import { around, between, type Interval, unit } from '../../transforms/bounds/interval.ts';
import { narrowing } from '../../transforms/bounds/narrowing.ts';

/** The bounds of one image would not fit in memory. */
class ProofTooLargeError extends KonkyoError {
  readonly tag = 'proof-too-large';
}

export type BoundKind = 'interval' | 'linear';

/** Which images a statement is about: all that the noise can draw, or of those only what a picture can show. */
export type Box = 'as-drawn' | 'clipped';

export interface MarginOptions {
  readonly bound: BoundKind;
  readonly box: Box;
  /** One amplitude for all channels of a pixel, or one for each. */
  readonly amplitudes: 'pixel' | 'channel';
  /**
   * How the values between layers are bounded: by intervals, layer after layer ('interval'), or by linear functions of the pixels
   * too ('linear'), which is narrower, and slower. Default 'interval'.
   */
  readonly inner?: BoundKind;
  /** Whether float32 rounding is taken off: for a proof. */
  readonly rounding: boolean;
}

/** Images with the classes that are to be kept. */
export interface Kept {
  /** [n, ...] as the model takes them. */
  readonly images: Tensor<'float32'>;
  readonly decided: readonly number[];
}

/** The lower bounds of all class margins over a box, as a graph. */
export interface MarginGraph {
  readonly builder: GraphBuilder;
  /** The names of the graph's inputs. */
  readonly inputs: readonly string[];
  readonly imageDims: readonly number[];
  /** The input with the amplitudes, in units of the pixel range, and the dimensions of one image's. */
  readonly amplitude: string;
  readonly amplitudeDims: readonly number[];
  /** [n, r]: of each image the margins s_c - s_j, c the class that is kept and j any other, are nowhere in the box smaller. */
  readonly lower: string;
  /** Graph inputs with what the bound may choose freely. */
  readonly choices: readonly MarginChoice[];
  /** [n, r]: what was taken off for rounding; undefined where nothing was. */
  readonly rounding: string | undefined;
  /** The graph's inputs. @param amplitude [n, ...] */
  readonly feeds: (kept: Kept, amplitude: Tensor<'float32'>, choices: Choices) => Values;
}

/** Numbers from 0 to 1: the bound holds whatever they are, and is the better the better they are chosen. */
export interface MarginChoice {
  /** What it is chosen for, and of which node: begins with 'slope below', 'share below' or 'height above'. */
  readonly hint: string;
  /** Graph input [n, ...]. */
  readonly input: string;
  readonly dims: readonly number[];
  /** A value of the graph, in the same shape: a good beginning. */
  readonly initial: string;
}

/** Values of the choices, by input. */
export type Choices = Readonly<Record<string, Tensor<'float32'>>>;

const amplitudeInput = 'konkyo/amplitude';
const rivalsInput = 'konkyo/rivals';

/** Adds the bounds to the classifier's graph. @throws UnboundedOperatorsError, ProofTooLargeError */
export function addMargins(classifier: Classifier, options: MarginOptions): MarginGraph {
  const { model, facts, inputName, input, scores } = classifier;
  const { bound, box, amplitudes, rounding, inner } = options;
  const builder = new GraphBuilder(model.graph, 'bounds');
  const { ops } = builder;
  const dims = facts.get(inputName)?.dims.slice(1) ?? [];
  const channels = input.layout === 'NCHW' ? 0 : 2;
  const amplitudeDims = amplitudes === 'pixel' ? dims.map((dim, i) => (i === channels ? 1 : dim)) : dims;
  const amplitude = builder.input(amplitudeInput, 'float32', ['images', ...amplitudeDims]);
  const rivals = builder.input(rivalsInput, 'float32', ['margins', scores.width]);
  const { low, high, range } = pixelRange(input);
  const radius = ops.Mul(amplitude, builder.constant(range, 'range'));
  // Whoever adds noise to an image rounds the product and the sum.
  const rounded = () => ops.Mul(ops.Add(ops.Abs(inputName), radius), builder.scalar(8 * unit));
  const drawn = around(builder, inputName, rounding ? ops.Add(radius, rounded()) : radius);
  const request = {
    graph: model.graph,
    facts,
    input: inputName,
    box: box === 'as-drawn' ? drawn : within(builder, drawn, inputName, { low, high }),
    output: scores.name,
    rounding,
  };
  const narrow = inner === 'linear' ? narrowing(builder, request) : undefined;
  if (narrow && narrow.coefficients > mostInner) {
    throw new ProofTooLargeError(
      `Linear bounds of this network’s inner layers have ${narrow.coefficients} coefficients an image, more than can be searched with. Leave inner: 'linear' out.`,
    );
  }
  const intervals = addIntervals(builder, { ...request, tighten: narrow?.tighten });
  const shape = facts.get(scores.name)?.dims.slice(1) ?? [];
  const count = classCount(scores.width) - 1;
  checkSize(intervals, bound, count);
  const choices: MarginChoice[] = [];
  const choose = ({ hint, dims: own, initial }: FreeChoice) => {
    const name = builder.input(`konkyo/choice/${choices.length}`, 'float32', ['images', ...own]);
    choices.push({ hint, input: name, dims: own, initial: initial() });
    return name;
  };
  const added = addLinearBound(builder, {
    intervals,
    value: scores.name,
    coefficients: shape.length === 1 ? rivals : ops.Reshape(rivals, builder.ints([-1, ...shape])),
    bounds: count,
    through: bound,
    free: choose,
  });
  return {
    builder,
    inputs: [inputName, amplitudeInput, rivalsInput, ...choices.map(({ input }) => input)],
    choices,
    imageDims: dims,
    amplitude,
    amplitudeDims,
    lower: fromCut(builder, scores, added.lower, rivals),
    rounding: added.rounding,
    feeds: ({ images, decided }, amplitude, values) => ({
      ...values,
      [inputName]: images,
      [amplitudeInput]: amplitude,
      [rivalsInput]: rivalsOf(classifier, decided),
    }),
  };
}

/** Margins w s of a single score s, [n, 1], with its weights w, as `leadOf` counts them: w (s - cut). Others as they are. */
export function fromCut(builder: GraphBuilder, scores: Scores, margins: string, weights: string): string {
  if (scores.width > 1 || cutOf(scores) === 0) return margins;
  return builder.ops.Sub(margins, builder.ops.Mul(weights, builder.scalar(cutOf(scores))));
}

/** Coefficients that one image's bounds may have at a time: half a gigabyte for each value that is held. */
const mostCoefficients = 1.25e8;

/** The same for bounds of inner layers, several values of which are held for each step back: about a gigabyte. */
const mostInner = 1e7;

/** @throws ProofTooLargeError where an image has so many rival classes and values that its bounds do not fit in memory. */
function checkSize({ nodes }: Intervals, bound: BoundKind, rivals: number): void {
  const affineFrom = nodes.findLastIndex(({ answer }) => answer.kind !== 'affine');
  const carried = bound === 'linear' ? nodes : nodes.slice(Math.max(0, affineFrom));
  const largest = Math.max(0, ...carried.map(({ node, call }) => sizeOf(call.dims(outputOf(node)).slice(1))));
  if (largest * rivals <= mostCoefficients) return;
  throw new ProofTooLargeError(
    `A proof carries a bound for each of ${rivals} rival classes through values of up to ${largest} numbers, which is more than fits in memory. What noise leaves the class unchanged can still be sampled: leave the proof out.`,
  );
}

/** The model's input where all pixels are at their lowest and at their highest, and how far that is: [1, ...]. */
export function pixelRange(input: InputDescription) {
  const [black, white] = [baselineImage(0, input), baselineImage(255, input)];
  const combine = (of: (a: number, b: number) => number) =>
    float32(
      black.dims,
      black.data.map((value, i) => of(value, white.data[i] ?? 0)),
    );
  return { low: combine(Math.min), high: combine(Math.max), range: combine((a, b) => Math.abs(a - b)) };
}

/** What of a box has valid pixels, and the image itself, which may be beyond them by rounding: no end is on the wrong side of it. */
function within(
  builder: GraphBuilder,
  box: Interval,
  image: string,
  { low, high }: { readonly low: Tensor; readonly high: Tensor },
): Interval {
  const { ops } = builder;
  return between(
    builder,
    ops.Min(image, ops.Max(box.low, builder.constant(low, 'low'))),
    ops.Max(image, ops.Min(box.high, builder.constant(high, 'high'))),
  );
}

export function floatOutputs(names: readonly string[]): ValueInfo[] {
  return names.map((name) => ({ name, type: 'float32', dims: undefined }));
}

/** For each image the weights of s_c - s_j, c the decided class and j any other: [n r, scores]. */
export function rivalsOf({ scores }: Pick<Classifier, 'scores'>, decided: readonly number[]): Tensor<'float32'> {
  const classes = Array.from({ length: classCount(scores.width) }, (_, i) => i);
  const margins = decided.flatMap((own) =>
    classes.flatMap((other) => (other === own ? [] : [{ for: own, against: other }])),
  );
  return float32([margins.length, scores.width], targetWeights(margins, scores.width));
}
