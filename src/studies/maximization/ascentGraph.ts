import { imageShapeOf } from '../../attribution/gradient/sampledGradient.ts';
import { addTargetGradient } from '../../attribution/gradient/targetGradient.ts';
import type { Classifier } from '../../model/classifier.ts';
import type { Graph } from '../../onnx/graph.ts';
import { emptyGraph, GraphBuilder } from '../../onnx/graphBuilder.ts';
import { prune } from '../../onnx/prune.ts';
import { pixelRange } from './brightness.ts';

/** How an image is climbed to; see `ascend`. */
interface AscentStep {
  /** How strongly pixels are drawn back to the base. */
  readonly l2: number;
  /** How strongly neighbouring pixels are drawn together. */
  readonly tv: number;
  /** The brightness that l2 draws to, 0 to 1. */
  readonly base: number;
}

export const ascentInputs = {
  /** Images by brightness, 0 to 1, [r, ...]. */
  brightness: 'konkyo/brightness',
  /** How much each unit counts, [r, units]. */
  target: 'konkyo/target',
  /** Length of each step, [steps]. */
  rates: 'konkyo/rates',
  /** Pixels by which the image is moved in each step, down and across, int64 [steps, 2], none negative. */
  shifts: 'konkyo/shifts',
} as const;

/**
 * All steps of a gradient ascent as one Loop: images of brightness y in [0, 1] go in, and come out changed by
 *
 *   y <- clip(y + rate (g / rms(g) - l2 (y - base) - tv grad TV(y)))
 *
 * with g the gradient of each row's own unit at the image moved by the step's shift, and TV the sum of the absolute
 * differences of neighbours. The gradient's size does not matter, so that one setting does for all units and models.
 */
export function ascentGraph(units: Classifier, step: AscentStep): { readonly graph: Graph; readonly images: string } {
  const imageShape = imageShapeOf(units);
  const outer = new GraphBuilder(emptyGraph(units.model.graph.name), 'ascent');
  outer.input(ascentInputs.brightness, 'float32', ['rows', ...imageShape]);
  outer.input(ascentInputs.target, 'float32', ['rows', units.scores.width]);
  outer.input(ascentInputs.rates, 'float32', ['steps']);
  outer.input(ascentInputs.shifts, 'int64', ['steps', 2]);
  const steps = outer.ops.Reshape(outer.add('Shape', [ascentInputs.rates]), outer.ints([]));
  const images = outer.add('Loop', [steps, '', ascentInputs.brightness], {
    body: { type: 'graph', value: stepBody(units, step) },
  });
  return { graph: outer.build([{ name: images, type: 'float32', dims: undefined }]), images };
}

function stepBody(units: Classifier, { l2, tv, base }: AscentStep): Graph {
  const { model, inputName, input } = units;
  const axes = input.layout === 'NCHW' ? [2, 3] : [1, 2];
  const dims = imageShapeOf(units);
  const body = new GraphBuilder(model.graph, 'step');
  const { ops } = body;
  const turn = body.input('konkyo/step/turn', 'int64', []);
  const going = body.input('konkyo/step/going', 'bool', []);
  const brightness = body.input('konkyo/step/brightness', 'float32', ['rows', ...dims]);
  const at = (values: string) => body.add('Gather', [values, turn], { axis: 0 });
  const { low, span } = pixelRange(units);
  const spanName = body.constant(span, 'span');
  let shifts: readonly string[] = [];
  body.computeInput(inputName, () => {
    shifts = body.addMany('Split', [at(ascentInputs.shifts)], 2, { axis: 0, num_outputs: 2 });
    const moved = roll(body, brightness, axes, shifts);
    return ops.Add(ops.Mul(moved, spanName), body.constant(low, 'low'));
  });
  const gradient = ops.Mul(addTargetGradient(body, units, ascentInputs.target), spanName);
  const back = roll(
    body,
    gradient,
    axes,
    shifts.map((shift) => ops.Neg(shift)),
  );
  const all = body.ints(dims.map((_, i) => i + 1));
  const meanSquare = body.add('ReduceMean', [ops.Mul(back, back), all], { keepdims: 1 });
  const direction = ops.Div(back, ops.Sqrt(ops.Max(meanSquare, body.scalar(1e-30))));
  const drawnBack = ops.Mul(ops.Sub(brightness, body.scalar(base)), body.scalar(l2));
  const variation = axes.map((axis) => ops.Mul(variationGradient(body, brightness, axis), body.scalar(tv)));
  const change = ops.Mul(ops.Sub(direction, ops.Sum(drawnBack, ...variation)), at(ascentInputs.rates));
  const next = body.add('Clip', [ops.Add(brightness, change), body.scalar(0), body.scalar(1)]);
  const results = [
    { name: body.add('Identity', [going]), type: 'bool' as const, dims: [] },
    { name: next, type: 'float32' as const, dims: ['rows', ...dims] },
  ];
  return prune(body.build(results), results, [turn, going, brightness]);
}

/** Moves images round by so many pixels along each axis: what leaves on one side comes in on the other. */
function roll(builder: GraphBuilder, images: string, axes: readonly number[], shifts: readonly string[]): string {
  return axes.reduce((moved, axis, i) => {
    const along = builder.ints([axis]);
    // From the front of the axis, or for a shift back (a negative number) from its end.
    const cut = shifts[i] ?? builder.ints([0]);
    const end = builder.ints([Number.MAX_SAFE_INTEGER]);
    const front = builder.add('Slice', [moved, builder.ints([0]), cut, along]);
    return builder.add('Concat', [builder.add('Slice', [moved, cut, end, along]), front], { axis });
  }, images);
}

/** How the sum of |y_i+1 - y_i| along an axis changes with each pixel; smooth where neighbours hardly differ. */
function variationGradient(builder: GraphBuilder, images: string, axis: number): string {
  const { ops } = builder;
  const along = builder.ints([axis]);
  const end = builder.ints([Number.MAX_SAFE_INTEGER]);
  const later = builder.add('Slice', [images, builder.ints([1]), end, along]);
  const earlier = builder.add('Slice', [images, builder.ints([0]), builder.ints([-1]), along]);
  const difference = ops.Sub(later, earlier);
  const slope = ops.Div(difference, ops.Sqrt(ops.Add(ops.Mul(difference, difference), builder.scalar(1e-4))));
  const padded = (before: number, after: number) =>
    builder.add('Pad', [slope, builder.ints([before, after]), '', along]);
  return ops.Sub(padded(1, 0), padded(0, 1));
}
