import { sizeOf } from '../onnx/tensor.ts';

/** The numbers, or words, of some images in one array of a store. */
export type ArrayData = Float32Array | Int32Array | Uint8Array | readonly string[];

/** An array of a store: its first dimension is the image, and a chunk of it is a shard. */
export interface StoreArray {
  readonly path: string;
  readonly type: 'float32' | 'int32' | 'uint8' | 'string';
  /** Of one image. */
  readonly dims: readonly number[];
  readonly dimensionNames: readonly string[];
  /** What there is where nothing was found: NaN, -1, 0 or no words. */
  readonly fill: number | string;
  /** What it is, in a sentence, and what else should be known to read it. */
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** What a method's maps look like: known once it has explained an image. */
export interface MapForm {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly dims: readonly number[];
  readonly layer?: string;
  /** Names of the figures that checks give of its maps. */
  readonly figures: readonly string[];
}

/** What all that is of one model and its methods has the shape of. */
export interface StoreForm {
  readonly maps: readonly MapForm[];
  readonly layout: 'NCHW' | 'NHWC';
  readonly scores: number;
  /** Of the small pictures: height, width, channels. */
  readonly picture: readonly number[];
}

/** Every array of a store. */
export function storeArrays({ maps, layout, scores, picture }: StoreForm): readonly StoreArray[] {
  const numbers = (
    path: string,
    dims: readonly number[],
    names: readonly string[],
    attributes: object,
  ): StoreArray => ({
    ...{ path, type: 'float32', dims, dimensionNames: names, fill: Number.NaN, attributes: { ...attributes } },
  });
  const classes = (path: string, about: string): StoreArray => ({
    ...{ path, type: 'int32', dims: [], dimensionNames: [], fill: -1, attributes: { about } },
  });
  const words = (path: string, about: string): StoreArray => ({
    ...{ path, type: 'string', dims: [], dimensionNames: [], fill: '', attributes: { about } },
  });
  const axes = layout === 'NCHW' ? ['channel', 'y', 'x'] : ['y', 'x', 'channel'];
  return [
    ...maps.flatMap(({ id, title, unit, dims, layer, figures }) => [
      numbers(`maps/${id}`, dims, dims.length === 3 ? axes : dims.map((_, i) => `axis-${i + 1}`), {
        title,
        unit,
        layer,
      }),
      ...figures.map((name) => numbers(`checks/${id}/${name}`, [], [], { about: `${name} of the maps of ${title}` })),
    ]),
    numbers('scores', [scores], ['class'], { about: 'The scores that the model gives.' }),
    classes('target', 'The class that the maps explain.'),
    classes('predicted', 'The class that the model decides for.'),
    classes('label', 'The class that came with the image; -1 where none did.'),
    words('name', 'What the image is called: its path in the folder, or its place in the set.'),
    words('problem', 'Why there are no maps of the image, or not all; no words where there is nothing to say.'),
    {
      ...{ path: 'sha256', type: 'uint8', dims: [32], dimensionNames: ['byte'], fill: 0 },
      attributes: { about: 'The SHA-256 of its file, or of its pixels as they lie in the data set.' },
    },
    {
      ...{ path: 'picture', type: 'uint8', dims: picture, dimensionNames: ['y', 'x', 'channel'], fill: 0 },
      attributes: { about: 'The image as the model takes it, made small; for looking at.' },
    },
  ];
}

/** An array of so many images with nothing found yet. */
export function emptyData(
  { type, dims, fill }: StoreArray,
  images: number,
): Float32Array | Int32Array | Uint8Array | string[] {
  const length = images * sizeOf(dims);
  switch (type) {
    case 'float32':
      return new Float32Array(length).fill(Number(fill));
    case 'int32':
      return new Int32Array(length).fill(Number(fill));
    case 'uint8':
      return new Uint8Array(length).fill(Number(fill));
    case 'string':
      return new Array<string>(length).fill(String(fill));
  }
}
