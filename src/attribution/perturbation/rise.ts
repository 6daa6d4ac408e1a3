import type { Classifier } from '../../model/classifier.ts';
import type { InputDescription } from '../../model/inputDescription.ts';
import type { GraphBuilder } from '../../onnx/graphBuilder.ts';
import { float32, rows, sizeOf, type Tensor } from '../../onnx/tensor.ts';
import { random } from '../../random/random.ts';
import { ranges } from '../../runtime/portions.ts';
import { MethodOptionError } from '../errors.ts';
import { explainedScores } from '../explainedScores.ts';
import type { Attribution, Explainer } from '../explainer.ts';
import { checkedWeights } from '../explanationGraph.ts';
import { withMapNotes } from '../mapNotes.ts';
import { method } from '../method.ts';
import { baselineOption, type Pair, type Resolved, seedOption } from '../options.ts';
import { compileMasked } from './maskedImages.ts';

const options = {
  samples: { about: 'random masks', default: 1000, whole: true, min: 1, max: 1_000_000 },
  cells: { about: 'cells along each side of a mask before it is enlarged', default: 7, whole: true, min: 1, max: 100 },
  keep: { about: 'how likely a cell is seen', default: 0.5, whole: false, min: 0.01, max: 0.99 },
  baseline: baselineOption('what is hidden'),
  seed: seedOption,
} as const;

type Settings = Resolved<typeof options>;

/**
 * RISE, Petsiuk, Das & Saenko 2018, less its mean: E[score | pixel seen] - E[score], estimated by the mean over N masks M of
 * (score - mean score) M / p, p the probability that a cell is seen. Masks are grids of cells seen or hidden,
 * enlarged bilinearly and cropped at a random place (section 3.2). All images get the same masks.
 */
export const rise = method({
  id: 'rise',
  title: 'RISE',
  about:
    'By how much the score is higher when a pixel is seen than on average, over many random masks: which parts are enough.',
  unit: 'score units',
  options,
  create: (settings) => ({ compile: (classifier) => compile(classifier, settings) }),
});

const gridsInput = 'konkyo/grids';
const placesInput = 'konkyo/places';
const unmaskedInput = 'konkyo/unmasked';

async function compile(classifier: Classifier, settings: Settings): Promise<Explainer> {
  const { input, batchSize } = classifier;
  const { samples, cells, keep, baseline } = settings;
  if (!input.numbers && cells > Math.min(input.height, input.width)) {
    throw new MethodOptionError(
      `rise: masks of ${cells} x ${cells} cells are finer than the image of ${input.height} x ${input.width} pixels.`,
    );
  }
  const { grids, places } = drawMasks(settings, input);
  const pixels = input.height * input.width;
  const masked = await compileMasked(classifier, 'rise', baseline, {
    masks: (builder) => addMasks(builder, gridFor(cells, input), input),
    results(builder, all, masks) {
      // Above the score without a mask: of nearly equal scores only what differs is summed up, and of equal ones nothing.
      const scores = builder.ops.Sub(all, builder.input(unmaskedInput, 'float32', ['images', 1]));
      const flat = builder.ops.Reshape(masks, builder.ints([-1, pixels]));
      const each = builder.add('ReduceSum', [flat, builder.ints([0])], { keepdims: 0 });
      return [builder.ops.MatMul(scores, flat), scores, each];
    },
  });
  const explainer: Explainer = {
    async attribute(images, targets): Promise<Attribution> {
      const weights = checkedWeights(classifier, images, targets);
      const count = targets.length;
      const weighted = new Float64Array(count * pixels);
      const seen = new Float64Array(pixels);
      const totals = new Float64Array(count);
      const unmasked = await explainedScores(classifier, images, weights);
      for (const { from, to } of ranges(samples, batchSize)) {
        const feeds = { [gridsInput]: rows(grids, from, to), [placesInput]: rows(places, from, to) };
        const atOnce = Math.max(1, Math.floor(batchSize / (to - from)));
        for (const some of ranges(count, atOnce)) {
          const [sums, scores, each] = await masked.run(
            rows(images, some.from, some.to),
            rows(weights, some.from, some.to),
            { ...feeds, [unmaskedInput]: float32([some.to - some.from, 1], unmasked.slice(some.from, some.to)) },
          );
          sums?.data.forEach((value, i) => {
            weighted[some.from * pixels + i] = (weighted[some.from * pixels + i] ?? 0) + value;
          });
          scores?.data.forEach((value, i) => {
            const image = some.from + Math.floor(i / (to - from));
            totals[image] = (totals[image] ?? 0) + value;
          });
          if (some.from === 0) for (const [i, value] of each?.data.entries() ?? []) seen[i] = (seen[i] ?? 0) + value;
        }
      }
      const map = weighted.map(
        (sum, i) =>
          (sum - ((totals[Math.floor(i / pixels)] ?? 0) / samples) * (seen[i % pixels] ?? 0)) / (samples * keep),
      );
      return { values: toElements(map, images, input), scores: unmasked };
    },
    release: () => masked.release(),
  };
  return withMapNotes(explainer, classifier, 'scores');
}

/** Cells of a mask, down and across: along a signal as many as an image has in all, in a table one for each feature. */
function gridFor(cells: number, { width, numbers }: InputDescription): Pair {
  if (!numbers) return [cells, cells];
  return [1, numbers.kind === 'table' ? width : Math.min(width, cells * cells)];
}

/** Seeded masks: cells [N, s, s] of 0 and 1, and where each is cropped, [N, 2] whole pixels down and across. */
function drawMasks({ samples, cells, keep, seed }: Settings, input: InputDescription) {
  const source = random(seed);
  const grid = gridFor(cells, input);
  const size = grid[0] * grid[1];
  const grids = new Float32Array(samples * size);
  const places = new Float32Array(samples * 2);
  const [down, across] = cellSize(grid, input);
  for (let mask = 0; mask < samples; mask++) {
    for (let i = 0; i < size; i++) grids[mask * size + i] = source.uniform() < keep ? 1 : 0;
    places[2 * mask] = source.index(down);
    places[2 * mask + 1] = source.index(across);
  }
  return { grids: float32([samples, ...grid], grids), places: float32([samples, 2], places) };
}

/** Pixels of a cell, [down, across]. */
function cellSize([rows, columns]: Pair, { height, width }: InputDescription): Pair {
  return [Math.ceil(height / rows), Math.ceil(width / columns)];
}

/** Adds the masks from cells and places: rows of hats times cells times columns of hats. */
function addMasks(builder: GraphBuilder, grid: Pair, input: InputDescription): string {
  const { ops } = builder;
  const { height, width, layout, numbers } = input;
  const grids = builder.input(gridsInput, 'float32', ['masks', ...grid]);
  const places = builder.input(placesInput, 'float32', ['masks', 2]);
  // A feature is no neighbour of the next: it is seen or hidden as its cell is.
  if (numbers?.kind === 'table') return ops.Unsqueeze(grids, builder.ints([1]));
  const [down, across] = cellSize(grid, input);
  const rowHats = addHats(builder, places, 0, { pixels: height, cells: grid[0], cell: down });
  const columnHats = addHats(builder, places, 1, { pixels: width, cells: grid[1], cell: across });
  const columns = builder.add('Transpose', [columnHats], { perm: [0, 2, 1] });
  const masks = ops.MatMul(ops.MatMul(rowHats, grids), columns);
  return ops.Unsqueeze(masks, builder.ints([layout === 'NCHW' ? 1 : 3]));
}

interface Axis {
  readonly pixels: number;
  readonly cells: number;
  /** Pixels of a cell. */
  readonly cell: number;
}

/**
 * Adds how much each cell counts at each pixel along one axis, [N, pixels, cells], where `cells` values are enlarged linearly
 * to (cells + 1) cell sizes and cropped at the place: a pixel at u = (pixel + place + 1/2) cells / ((cells + 1) cell) - 1/2,
 * kept within the outer cells' middles, has max(0, 1 - |u - j|) of cell j.
 */
function addHats(builder: GraphBuilder, places: string, axis: number, { pixels, cells, cell }: Axis): string {
  const { ops } = builder;
  const place = ops.Reshape(builder.add('Gather', [places, builder.int(axis)], { axis: 1 }), builder.ints([-1, 1, 1]));
  const factor = cells / ((cells + 1) * cell);
  const middles = Array.from({ length: pixels }, (_, pixel) => (pixel + 0.5) * factor - 0.5);
  const along = ops.Add(ops.Mul(place, builder.scalar(factor)), builder.constant(float32([1, pixels, 1], middles)));
  const inside = ops.Min(ops.Max(along, builder.scalar(0)), builder.scalar(cells - 1));
  const cellsAlong = builder.constant(
    float32(
      [1, 1, cells],
      Array.from({ length: cells }, (_, j) => j),
    ),
  );
  const distance = ops.Abs(ops.Sub(inside, cellsAlong));
  return builder.add('Relu', [ops.Sub(builder.scalar(1), distance)]);
}

/** Maps [n * pixels] in the images' shape: every channel of a pixel gets its value. */
function toElements(map: Float64Array, images: Tensor<'float32'>, { layout, channels }: InputDescription) {
  const size = sizeOf(images.dims.slice(1));
  const pixels = size / channels;
  const values = new Float32Array(images.data.length);
  for (let at = 0; at < values.length; at++) {
    const element = at % size;
    const pixel = layout === 'NCHW' ? element % pixels : Math.floor(element / channels);
    values[at] = map[Math.floor(at / size) * pixels + pixel] ?? 0;
  }
  return float32(images.dims, values);
}
