import type { Explanation } from '../../attribution/explain.ts';
import type { Method } from '../../attribution/method.ts';
import type { InputDescription } from '../../model/inputDescription.ts';
import { rows, type Tensor } from '../../onnx/tensor.ts';
import { edgeMap, inputMap, randomMap } from '../baselineMaps.ts';
import { whyUnmeasurable } from '../metrics/judgedMap.ts';
import { type CellMap, cellMap, stretched } from '../pixelMap.ts';
import type { EvaluatedMap } from './metric.ts';

/** Who is compared: a method, or a map without knowledge of the model, which any method has to beat. */
export interface Contender {
  readonly id: string;
  readonly title: string;
  readonly baseline: boolean;
}

interface Baseline extends Contender {
  readonly baseline: true;
  /** @param image one image of model input; @param seed of its own. */
  readonly mapOf: (image: Float32Array, input: InputDescription, seed: number) => CellMap;
}

export const inputBaseline = 'baseline-input';

export const baselines: readonly Baseline[] = [
  {
    id: 'baseline-random',
    title: 'a random map',
    baseline: true,
    mapOf: (_image, input, seed) => randomMap(input, seed),
  },
  { id: 'baseline-edges', title: 'an edge detector', baseline: true, mapOf: edgeMap },
  { id: inputBaseline, title: 'the input itself', baseline: true, mapOf: inputMap },
];

export function contendersOf(methods: readonly Method[]): readonly Contender[] {
  return [...methods.map(({ id, title }) => ({ id, title, baseline: false })), ...baselines];
}

/** The map of a contender, or why it cannot be measured, in a sentence. */
export type ContenderMap = { readonly contender: string; readonly image: number } & (
  | { readonly map: EvaluatedMap }
  | { readonly refused: string }
);

/**
 * All maps of some images, the baselines' among them, at the images' size.
 * @param images [n, ...] model input, one for each explanation.
 * @param seeds one for each image.
 */
export function contenderMaps(
  explanations: readonly Explanation[],
  images: Tensor<'float32'>,
  input: InputDescription,
  seeds: readonly number[],
): readonly ContenderMap[] {
  return explanations.flatMap(({ maps }, image) => {
    const { data } = rows(images, image, image + 1);
    return [
      ...maps.map((made): ContenderMap => {
        const cells = cellMap(made, input);
        const contender = made.method.id;
        if (!cells)
          return { contender, image, refused: `Its map is of the layer ${made.layer}, which has no positions.` };
        return measurable({ contender, image }, { image, map: stretched(cells, input), made }, input);
      }),
      ...baselines.map(({ id, mapOf }) =>
        measurable({ contender: id, image }, { image, map: mapOf(data, input, seeds[image] ?? 0) }, input),
      ),
    ];
  });
}

function measurable(
  who: Pick<ContenderMap, 'contender' | 'image'>,
  map: EvaluatedMap,
  input: InputDescription,
): ContenderMap {
  const refused = whyUnmeasurable(map.map, input);
  return refused === undefined ? { ...who, map } : { ...who, refused };
}
