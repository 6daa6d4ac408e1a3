import {
  type Array64,
  at,
  axisOf,
  forEachIndex,
  type SlowAttributes,
  type SlowOperator,
  SlowOperatorError,
  tabulate,
} from './array64.ts';
import { inputAt, numberOf, numbersOf, textOf, valuesAt } from './attributes.ts';

/** One axis of a Resize. */
interface ResizedAxis {
  readonly length: number;
  readonly resized: number;
  readonly scale: number;
  readonly roi: readonly [start: number, end: number];
}

/** An input coordinate and its share of an output value. */
interface Sample {
  readonly position: number;
  readonly weight: number;
}

/** x_original for x_resized, by coordinate_transformation_mode. */
const transformations: Readonly<Record<string, (x: number, axis: ResizedAxis) => number>> = {
  half_pixel: (x, { scale }) => (x + 0.5) / scale - 0.5,
  half_pixel_symmetric: (x, { scale, length, resized }) => {
    const adjustment = resized / (scale * length);
    return (length / 2) * (1 - adjustment) + (x + 0.5) / scale - 0.5;
  },
  pytorch_half_pixel: (x, { scale, resized }) => (resized > 1 ? (x + 0.5) / scale - 0.5 : 0),
  align_corners: (x, { length, resized }) => (resized > 1 ? (x * (length - 1)) / (resized - 1) : 0),
  asymmetric: (x, { scale }) => x / scale,
  tf_crop_and_resize: (x, { length, resized, roi: [start, end] }) =>
    resized > 1
      ? start * (length - 1) + (x * (end - start) * (length - 1)) / (resized - 1)
      : 0.5 * (start + end) * (length - 1),
};

const nearest: Readonly<Record<string, (x: number) => number>> = {
  round_prefer_floor: (x) => Math.ceil(x - 0.5),
  round_prefer_ceil: (x) => Math.floor(x + 0.5),
  floor: Math.floor,
  ceil: Math.ceil,
};

/** The triangle: linear interpolation's weight at distance d. */
const linear = (d: number): number => Math.max(0, 1 - Math.abs(d));

/** Keys' cubic convolution weight at distance d. */
const cubic =
  (a: number) =>
  (distance: number): number => {
    const d = Math.abs(distance);
    if (d <= 1) return (a + 2) * d ** 3 - (a + 3) * d ** 2 + 1;
    return d < 2 ? a * d ** 3 - 5 * a * d ** 2 + 8 * a * d - 4 * a : 0;
  };

/** What the samples of one axis depend on apart from the axis. */
interface Interpolation {
  readonly mode: string;
  readonly nearestMode: string;
  readonly kernel: (distance: number) => number;
  /** Half the width of `kernel`. */
  readonly radius: number;
  readonly antialias: boolean;
  readonly excludeOutside: boolean;
}

function interpolationOf(attributes: SlowAttributes): Interpolation {
  const mode = textOf(attributes, 'mode') ?? 'nearest';
  const isCubic = mode === 'cubic';
  return {
    mode,
    nearestMode: textOf(attributes, 'nearest_mode') ?? 'round_prefer_floor',
    kernel: isCubic ? cubic(numberOf(attributes, 'cubic_coeff_a') ?? -0.75) : linear,
    radius: isCubic ? 2 : 1,
    antialias: numberOf(attributes, 'antialias') === 1,
    excludeOutside: numberOf(attributes, 'exclude_outside') === 1,
  };
}

/**
 * The samples an output coordinate is made of. Those outside the tensor are moved to its border, or left out
 * (excludeOutside). Antialiasing stretches the kernel by 1 / scale when shrinking. The weights add up to 1.
 */
function samplesAt(x: number, axis: ResizedAxis, how: Interpolation): readonly Sample[] {
  const border = (position: number): number => Math.min(Math.max(position, 0), axis.length - 1);
  if (how.mode === 'nearest') {
    const round = nearest[how.nearestMode];
    if (round === undefined) throw new SlowOperatorError(`Resize: unknown nearest_mode "${how.nearestMode}"`);
    return [{ position: border(round(x)), weight: 1 }];
  }
  const stretch = how.antialias ? Math.max(1, 1 / axis.scale) : 1;
  const samples: Sample[] = [];
  for (let k = Math.ceil(x - how.radius * stretch); k <= Math.floor(x + how.radius * stretch); k++) {
    samples.push({ position: k, weight: how.kernel((k - x) / stretch) });
  }
  const inside = samples.filter(({ position }) => position === border(position));
  const used = how.excludeOutside ? inside : samples;
  const total = used.reduce((sum, { weight }) => sum + weight, 0);
  return used.map(({ position, weight }) => ({ position: border(position), weight: weight / total }));
}

/** Output length and scale of every axis, from `scales` or from `sizes` and keep_aspect_ratio_policy. */
function resizedAxes(
  x: Array64,
  attributes: SlowAttributes,
  given: {
    readonly roi?: number[] | undefined;
    readonly scales?: number[] | undefined;
    readonly sizes?: number[] | undefined;
  },
): readonly ResizedAxis[] {
  const axes = (numbersOf(attributes, 'axes') ?? [...x.dims.keys()]).map((axis) => axisOf(axis, x.dims.length));
  const crops = textOf(attributes, 'coordinate_transformation_mode') === 'tf_crop_and_resize';
  const policy = textOf(attributes, 'keep_aspect_ratio_policy') ?? 'stretch';
  const ratios = given.sizes?.map((size, k) => size / x.dims[axes[k]!]!);
  const common =
    ratios === undefined || policy === 'stretch'
      ? undefined
      : policy === 'not_larger'
        ? Math.min(...ratios)
        : Math.max(...ratios);

  return x.dims.map((length, axis) => {
    const k = axes.indexOf(axis);
    if (k < 0) return { length, resized: length, scale: 1, roi: [0, 1] };
    const roi = crops ? ([given.roi?.[k] ?? 0, given.roi?.[k + axes.length] ?? 1] as const) : ([0, 1] as const);
    if (common !== undefined) return { length, resized: Math.floor(common * length + 0.5), scale: common, roi };
    const size = given.sizes?.[k];
    if (size !== undefined) return { length, resized: size, scale: size / length, roi };
    const scale = given.scales?.[k];
    if (scale === undefined) throw new SlowOperatorError('Resize: neither scales nor sizes');
    return { length, resized: Math.floor(length * (roi[1] - roi[0]) * scale), scale, roi };
  });
}

/** N-linear, N-cubic or nearest interpolation: the product of the axes' weights, axis by axis. */
function interpolate(x: Array64, axes: readonly ResizedAxis[], attributes: SlowAttributes): Array64 {
  const mode = textOf(attributes, 'coordinate_transformation_mode') ?? 'half_pixel';
  const transform = transformations[mode];
  if (transform === undefined) throw new SlowOperatorError(`Resize: unknown coordinate_transformation_mode "${mode}"`);
  const extrapolation = numberOf(attributes, 'extrapolation_value') ?? 0;
  const how = interpolationOf(attributes);

  const lines = axes.map((axis) =>
    Array.from({ length: axis.resized }, (_, position) => {
      // An axis that keeps its size keeps its values: no mode may blur batch and channels.
      if (axis.scale === 1 && axis.resized === axis.length && mode !== 'tf_crop_and_resize') {
        return { outside: false, samples: [{ position, weight: 1 }] };
      }
      const original = transform(position, axis);
      const outside = mode === 'tf_crop_and_resize' && (original < 0 || original > axis.length - 1);
      return { outside, samples: outside ? [] : samplesAt(original, axis, how) };
    }),
  );
  return tabulate(
    axes.map(({ resized }) => resized),
    (index) => {
      const parts = index.map((position, axis) => lines[axis]![position]!);
      if (parts.some(({ outside }) => outside)) return extrapolation;
      let sum = 0;
      forEachIndex(
        parts.map(({ samples }) => samples.length),
        (choice) => {
          const chosen = choice.map((k, axis) => parts[axis]!.samples[k]!);
          const weight = chosen.reduce((product, sample) => product * sample.weight, 1);
          sum +=
            weight *
            at(
              x,
              chosen.map(({ position }) => position),
            );
        },
      );
      return sum;
    },
  );
}

/** An empty roi, scales or sizes tensor means the same as an absent one. */
const filled = (inputs: Parameters<SlowOperator>[0], position: number): number[] | undefined => {
  const values = valuesAt(inputs, position);
  return values?.length === 0 ? undefined : values;
};

const Resize: SlowOperator = (inputs, attributes) => {
  const x = inputAt(inputs, 0);
  const given = { roi: filled(inputs, 1), scales: filled(inputs, 2), sizes: filled(inputs, 3) };
  return [interpolate(x, resizedAxes(x, attributes, given), attributes)];
};

/** Upsample (opset 9): Resize with asymmetric coordinates and, for nearest, floor. */
const Upsample: SlowOperator = (inputs, attributes) => {
  const x = inputAt(inputs, 0);
  const asResize = { ...attributes, coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' };
  return [interpolate(x, resizedAxes(x, asResize, { scales: valuesAt(inputs, 1) }), asResize)];
};

export const resizeOperators = { Resize, Upsample } satisfies Record<string, SlowOperator>;
