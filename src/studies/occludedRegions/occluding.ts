import type { Classifier } from '../../model/classifier.ts';
import { imageDims } from '../../model/inputDescription.ts';
import { baselineImage, eachPixel } from '../../model/pixels.ts';
import { GraphBuilder } from '../../onnx/graphBuilder.ts';
import { float32, int64, rows, sizeOf, type Tensor, tensor } from '../../onnx/tensor.ts';
import { lengthOf, ranges } from '../../runtime/portions.ts';
import { program } from '../../runtime/program.ts';
import { floatOutputOf } from '../../runtime/runtime.ts';
import { type RegionGrid, regionOfPixels } from './regionGrid.ts';

/**
 * What is seen in place of a occluded region: one pixel value, the image's own mean colour, or the image itself, blurred so that
 * nothing of the size of a region is left.
 */
export type Fill = { readonly pixel: number } | 'mean' | 'blur';

/** Part of an image occluded: which image, and for each region 1 where it is occluded. */
export interface Occluded {
  readonly image: number;
  readonly regions: Uint8Array;
}

export interface Occluder {
  readonly grid: RegionGrid;
  readonly fill: Fill;
  /** Whether occluding a region changes anything of an image: 0 where it shows already what would take its place. */
  changes(image: Float32Array): Uint8Array;
  /** Scores with regions occluded, one row for each of `occluded`, [n, K]. */
  run(images: Tensor<'float32'>, occluded: readonly Occluded[]): Promise<Tensor<'float32'>>;
  release(): Promise<void>;
}

const imagesInput = 'konkyo/images';
const imageInput = 'konkyo/image';
const occludedInput = 'konkyo/occluded';

/**
 * A network that occludes regions of its input: images go in once, and for each row only the numbers of an image and its occluded
 * regions.
 */
export async function compileOccluder(classifier: Classifier, grid: RegionGrid, fill: Fill): Promise<Occluder> {
  const { model, runtime, inputName, input, scores, batchSize } = classifier;
  const { height, width, layout } = input;
  const builder = new GraphBuilder(model.graph, 'occlusion');
  const { ops } = builder;
  const images = builder.input(imagesInput, 'float32', ['images', ...imageDims(input)]);
  const image = builder.input(imageInput, 'int64', ['rows']);
  const occluded = builder.input(occludedInput, 'uint8', ['rows', grid.boxes.length]);
  builder.computeInput(inputName, () => {
    const regionOf = builder.constant(int64(regionOfPixels(grid, input), [height * width]), 'regions');
    const byPixel = builder.add('Gather', [builder.add('Cast', [occluded], { to: boolType }), regionOf], { axis: 1 });
    const shape = layout === 'NCHW' ? [-1, 1, height, width] : [-1, height, width, 1];
    const mask = ops.Reshape(byPixel, builder.ints(shape));
    const ofRows = (value: string) => builder.add('Gather', [value, image], { axis: 0 });
    const filled = addFill(builder, classifier, images, grid, fill);
    return ops.Where(mask, typeof fill === 'string' ? ofRows(filled) : filled, ofRows(images));
  });
  const scoring = await program(runtime, { ...model, graph: builder.build() }, { outputs: [scores.name] });
  const regions = grid.boxes.length;
  const same = typeof fill === 'object' ? baselineImage(fill.pixel, input).data : undefined;
  const regionAt = regionOfElements(classifier, grid);
  return {
    grid,
    fill,
    changes(one) {
      if (!same) return new Uint8Array(regions).fill(1);
      const changed = new Uint8Array(regions);
      for (let i = 0; i < one.length; i++) if (one[i] !== same[i]) changed[regionAt[i] ?? 0] = 1;
      return changed;
    },
    async run(all, wanted) {
      const result = new Float32Array(wanted.length * scores.width);
      for (const part of ranges(wanted.length, batchSize)) {
        const own = wanted.slice(part.from, part.to);
        const first = own.reduce((least, one) => Math.min(least, one.image), all.dims[0] ?? 0);
        const last = own.reduce((most, one) => Math.max(most, one.image), 0);
        const masks = new Uint8Array(lengthOf(part) * regions);
        for (const [row, one] of own.entries()) masks.set(one.regions, row * regions);
        const values = await scoring.run({
          [imagesInput]: rows(all, first, last + 1),
          [imageInput]: int64(own.map((one) => one.image - first)),
          [occludedInput]: tensor('uint8', [own.length, regions], masks),
        });
        result.set(floatOutputOf(values, scores.name).data, part.from * scores.width);
      }
      return float32([wanted.length, scores.width], result);
    },
    release: scoring.release,
  };
}

/** The region of each element of one image of model input. */
function regionOfElements({ input }: Classifier, grid: RegionGrid): Uint32Array {
  const regions = new Uint32Array(sizeOf(imageDims(input)));
  const ofPixel = regionOfPixels(grid, input);
  eachPixel(input, (pixel, index) => {
    regions[index] = ofPixel[Math.floor(pixel / input.channels)] ?? 0;
  });
  return regions;
}

/** ONNX's number for truth values. */
const boolType = 9;

/** What occluded pixels show: [1, ...] for one value, else of the images' shape or broadcasting to it. */
function addFill(builder: GraphBuilder, { input }: Classifier, images: string, grid: RegionGrid, fill: Fill): string {
  if (typeof fill === 'object') return builder.constant(baselineImage(fill.pixel, input), 'fill');
  const spatial = input.layout === 'NCHW' ? [2, 3] : [1, 2];
  if (fill === 'mean') return builder.add('ReduceMean', [images, builder.ints(spatial)], { keepdims: 1 });
  const channelsFirst = input.layout === 'NCHW';
  const planes = channelsFirst ? images : builder.add('Transpose', [images], { perm: [0, 3, 1, 2] });
  const blurred = addBlur(builder, planes, input.channels, grid.side);
  return channelsFirst ? blurred : builder.add('Transpose', [blurred], { perm: [0, 2, 3, 1] });
}

/** A Gaussian of the side of a region as its standard deviation; at the border the nearest pixels go on. */
function addBlur(builder: GraphBuilder, images: string, channels: number, deviation: number): string {
  const reach = Math.ceil(2.5 * deviation);
  const heights = Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-((i - reach) ** 2) / (2 * deviation ** 2)));
  const total = heights.reduce((sum, height) => sum + height, 0);
  const line = heights.map((height) => height / total);
  const kernel = Array.from({ length: channels }, () => line).flat();
  const along = (value: string, dims: readonly number[]) =>
    builder.add('Conv', [value, builder.constant(float32([channels, 1, ...dims], kernel), 'blur')], {
      group: channels,
    });
  const padded = builder.add('Pad', [images, builder.ints([0, 0, reach, reach, 0, 0, reach, reach])], { mode: 'edge' });
  return along(along(padded, [1, line.length]), [line.length, 1]);
}
