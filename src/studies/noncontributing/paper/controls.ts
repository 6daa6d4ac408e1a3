import type { Classifier } from '../../../model/classifier.ts';
import { withRandomWeights } from '../../../model/randomWeights.ts';
import type { Tensor } from '../../../onnx/tensor.ts';
import { scoped } from '../../../runtime/release.ts';
import type { PaperProgress } from '../../paper.ts';
import { compileNoncontributing } from '../noncontributing.ts';
import {
  centred,
  type Identification,
  identification,
  type Likeness,
  likenessOfDifferent,
  likenessOfPairs,
  type PlainMap,
} from './mapControls.ts';

/** How much of one network's maps is of their images, and of what it has learnt. */
export interface MapControls {
  /** Maps of different images. */
  readonly different: Likeness;
  /** Each map with that of the same image by the same network with random weights (Adebayo et al. 2018); one for each such network. */
  readonly random: readonly Likeness[];
  /** The same without each network's mean map. */
  readonly randomCentred: readonly Likeness[];
  /** Each map with that of the same image by the network trained a second time, without the mean maps. */
  readonly retrainedCentred: Likeness;
  /** Shares of maps that pick their own image among all by the maps that the other network has of them. */
  readonly identification: {
    /** The other one is the same, searched with other noise. */
    readonly again: Identification;
    readonly retrained: Identification;
    /** The maps are of random weights. */
    readonly random: readonly Identification[];
  };
}

/** @param own the network's maps of these images, found already. */
export async function mapControls(
  classifier: Classifier,
  retrained: Classifier,
  images: readonly Tensor<'float32'>[],
  own: readonly PlainMap[],
  settings: { readonly randomNetworks: number; readonly seed: number; readonly progress: PaperProgress },
): Promise<MapControls> {
  const { randomNetworks, seed, progress } = settings;
  const maps = own.slice(0, images.length);
  const again = await mapsOf(classifier, images, seed + 1000, () => progress.message('Maps with other noise'));
  const other = await mapsOf(retrained, images, seed, () => progress.message('Maps of the network trained again'));
  const random: PlainMap[][] = [];
  for (let network = 0; network < randomNetworks; network++) {
    await scoped(async (keep) => {
      const randomised = await keep(withRandomWeights(classifier, { seed: seed + network }));
      random.push(await mapsOf(randomised, images, seed, () => progress.message('Maps of random weights')));
    });
  }
  return {
    different: likenessOfDifferent(maps),
    random: random.map((found) => likenessOfPairs(maps, found)),
    randomCentred: random.map((found) => likenessOfPairs(centred(maps), centred(found))),
    retrainedCentred: likenessOfPairs(centred(maps), centred(other)),
    identification: {
      again: identification(again, maps),
      retrained: identification(other, maps),
      random: random.map((found) => identification(found, maps)),
    },
  };
}

async function mapsOf(
  classifier: Classifier,
  images: readonly Tensor<'float32'>[],
  seed: number,
  onStart: () => void,
): Promise<PlainMap[]> {
  onStart();
  return scoped(async (keep) => {
    const pixels = await keep(compileNoncontributing(classifier, { seed }));
    const maps: PlainMap[] = [];
    for (const image of images) maps.push((await pixels.find(image)).amplitude.data);
    return maps;
  });
}
