import type { Classifier } from '../../model/classifier.ts';
import { radiusOf } from './amplitude.ts';
import { attackEffort, type Box, boxAround, compileAttack, validBox } from './attack.ts';
import { type ChangedImage, structuredKinds } from './changes/change.ts';
import { changeNoise } from './changes/changeNoise.ts';
import type { Freedom, KeptUnder } from './freedom.ts';
import { keptUnder, type Trial } from './measureFreedom.ts';

/** What other changes than independent noise, within the amplitudes of a trial, do to a network. */
interface OtherChanges {
  /**
   * @param draws changes of each kind.
   */
  of(
    trial: Trial,
    settings: { readonly changed: ChangedImage; readonly draws: number; readonly seed: number },
  ): Promise<Pick<Freedom, 'structured' | 'attacked'>>;
  release(): Promise<void>;
}

export async function compileOtherChanges(classifier: Classifier): Promise<OtherChanges> {
  const { input } = classifier;
  const attack = await compileAttack(classifier);
  return {
    release: attack.release,
    async of(trial, { changed, draws, seed }) {
      const { image, decision, amplitude } = trial;
      const radius = radiusOf(amplitude, input);
      const structured: KeptUnder[] = [];
      for (const kind of structuredKinds) {
        structured.push({ kind, ...(await keptUnder(trial, changeNoise(kind, changed, radius, seed), draws)) });
      }
      const lowest = (box: Box) => attack.lowestLead(image, box, decision, { ...attackEffort(classifier), seed });
      const lead = await lowest(boxAround(image.data, radius));
      const leadClipped = await lowest(validBox(image.data, radius, input));
      return { structured, attacked: { margin: decision.margin, lead, leadClipped } };
    },
  };
}
