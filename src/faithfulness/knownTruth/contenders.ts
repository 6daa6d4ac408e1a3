import { explain } from '../../attribution/explain.ts';
import type { Method } from '../../attribution/method.ts';
import type { Classifier } from '../../model/classifier.ts';
import type { Prediction } from '../../model/decision.ts';
import { rows, type Tensor } from '../../onnx/tensor.ts';
import { edgeMap, randomMap } from '../baselineMaps.ts';
import { type CellMap, cellMap, stretched } from '../pixelMap.ts';

/** A method, or something that any method has to beat. */
export interface Contender {
  readonly id: string;
  readonly title: string;
  /** It does not know the network. */
  readonly baseline: boolean;
  /** One for each image, of the image's size; undefined for an image that the method gave none for. */
  readonly maps: readonly (CellMap | undefined)[];
}

/** A method that a network cannot be explained with. */
export interface Refusal {
  readonly id: string;
  readonly title: string;
  readonly reason: string;
}

export interface ContenderOptions {
  /** Of the random maps. */
  readonly seed: number;
  /** By default the predicted class. */
  readonly target?: (prediction: Prediction) => number;
  readonly signal?: AbortSignal;
  readonly onMethod?: (title: string) => void;
}

/**
 * The maps of all methods, and of three baselines: random numbers, the image's edges, and the image itself.
 * @param images [n, ...] model input.
 * @throws the signal's reason, once it is aborted; InvalidInputError, RunError
 */
export async function contendersOf(
  classifier: Classifier,
  images: Tensor<'float32'>,
  methods: readonly Method[],
  { seed, target, signal, onMethod }: ContenderOptions,
): Promise<{ readonly contenders: readonly Contender[]; readonly refused: readonly Refusal[] }> {
  const refused: Refusal[] = [];
  const explanations = await explain(classifier, images, methods, {
    target,
    signal,
    progress: (_done, _total, what) => onMethod?.(what),
    onRefused: ({ id, title }, { message }, image) => {
      if (image === undefined) refused.push({ id, title, reason: message });
    },
  });
  signal?.throwIfAborted();
  const { input } = classifier;
  const of = ({ id, title }: Method): Contender => ({
    id,
    title,
    baseline: false,
    maps: explanations.map(({ maps }) => {
      const found = maps.find(({ method }) => method.id === id);
      const map = found && cellMap(found, input);
      return map && stretched(map, input);
    }),
  });
  const known = methods.filter(({ id }) => !refused.some((refusal) => refusal.id === id)).map(of);
  return { contenders: [...known, ...baselinesOf(classifier, images, seed)], refused };
}

function baselinesOf({ input }: Classifier, images: Tensor<'float32'>, seed: number): Contender[] {
  const singles = Array.from({ length: images.dims[0] ?? 0 }, (_, i) => rows(images, i, i + 1));
  return [
    { id: 'random', title: 'Random map', baseline: true, maps: singles.map((_, i) => randomMap(input, seed + i)) },
    { id: 'edges', title: 'Edges (Sobel)', baseline: true, maps: singles.map(({ data }) => edgeMap(data, input)) },
    {
      id: 'input',
      title: 'The input itself',
      baseline: true,
      maps: singles.map((values) => cellMap({ values }, input)),
    },
  ];
}
