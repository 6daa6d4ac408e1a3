import { isKonkyoError } from '../../konkyoError.ts';
import type { Classifier } from '../../model/classifier.ts';
import { targetWeights } from '../../model/target.ts';
import { float32, type Tensor } from '../../onnx/tensor.ts';
import { compileOccluder, type Fill, type Occluder } from '../occludedRegions/occluding.ts';
import { type RegionEffects, regionEffects } from '../occludedRegions/regionEffects.ts';
import { regionGrid } from '../occludedRegions/regionGrid.ts';
import { type RegionSets, regionSets } from '../occludedRegions/regionSets.ts';
import { mainLayersNote } from './filterAnalysis.ts';
import { type FilterNetwork, filterNetwork } from './filterNetwork.ts';
import { atMainLayers } from './mainLayers.ts';
import { compilePathSearch, type PathSearchSettings, type StrongestPaths } from './strongestPaths.ts';

/** What one image's decision rested on: regions, and where the model has filters that can be weighed up, those. */
export interface ImageFindings {
  readonly chosen: number;
  readonly effects: RegionEffects;
  readonly sets: RegionSets;
  readonly filters?: { readonly network: FilterNetwork; readonly strongest: StrongestPaths };
}

interface ImageFinder {
  readonly occluder: Occluder;
  /** Why filters are left out, or which layers are looked at; grows with what is found. */
  readonly notes: readonly string[];
  /** @param image [1, ...]; @param chosen the class it was decided for. */
  find(image: Tensor<'float32'>, chosen: number): Promise<ImageFindings>;
  release(): Promise<void>;
}

/** Fewer tries than for a study of its own: an explanation should not keep one waiting. */
const searchSettings: PathSearchSettings = { paths: 6, follow: 40, sign: 'positive' };

/** Of the sum of the parts' sizes: above it the split of a score is not to be trusted. */
const largestGap = 1e-3;

const gapNote =
  'Which filters carried the decision is left out: some operator of the model cannot be split, and the parts do not add up to the score.';

/** Makes ready to look at single images; a model whose filters cannot be weighed up is looked at by regions only. */
export async function compileImageFinder(classifier: Classifier, given?: Fill): Promise<ImageFinder> {
  // Black is nothing in a drawing, but a shape of its own in a photograph.
  const fill = given ?? (classifier.input.channels === 1 ? { pixel: 0 } : 'blur');
  const occluder = await compileOccluder(classifier, regionGrid(classifier.input), fill);
  const notes: string[] = [];
  const searching = await startSearch(classifier, notes);
  return {
    occluder,
    notes,
    async find(image, chosen) {
      const [effects = noEffects(occluder)] = await regionEffects(occluder, classifier, image, [chosen]);
      const ranking = Array.from(effects.drops.keys()).sort(
        (a, b) => (effects.drops[b] ?? 0) - (effects.drops[a] ?? 0),
      );
      const sets = await regionSets(occluder, classifier, image, chosen, { ranking, exchanges: 0 });
      const found = { chosen, sets, effects };
      if (!searching) return found;
      const weights = float32([1, classifier.scores.width], targetWeights([chosen], classifier.scores.width));
      const strongest = await searching.searcher.search(image, weights, searchSettings);
      if (strongest.gap <= largestGap) return { ...found, filters: { network: searching.network, strongest } };
      if (!notes.includes(gapNote)) notes.push(gapNote);
      return found;
    },
    async release() {
      await occluder.release();
      await searching?.searcher.release();
    },
  };
}

async function startSearch(classifier: Classifier, notes: string[]) {
  try {
    const whole = await filterNetwork(classifier);
    const network = atMainLayers(whole);
    const searcher = await compilePathSearch(network);
    if (network !== whole) notes.push(mainLayersNote(whole, network));
    return { network, searcher };
  } catch (error) {
    if (!isKonkyoError(error)) throw error;
    notes.push(`Which filters carried the decision is left out. ${error.message}`);
    return undefined;
  }
}

function noEffects({ grid }: Occluder): RegionEffects {
  return { drops: new Float32Array(grid.boxes.length), flips: new Uint8Array(grid.boxes.length) };
}
