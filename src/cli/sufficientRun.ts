import { picturesOnly } from '../model/picturesOnly.ts';
import { readNamedFile } from '../node/namedFile.ts';
import { studySufficient } from '../studies/sufficientPixels/study.ts';
import { UsageError } from './flags.ts';
import { namedFiles, readInputs } from './inputs.ts';
import { runStudy, type StudyFlags } from './studyCommand.ts';

export interface SufficientFlags extends StudyFlags {
  readonly epsilon?: string;
  readonly boundsOnly?: boolean;
}

/** `konkyo noncontributing --sufficient`: the smallest set of pixels found that keeps the decision, proved. */
export async function runSufficient(modelPath: string, named: string[], flags: SufficientFlags): Promise<void> {
  const settings = { epsilon: parseEpsilon(flags.epsilon ?? '0.05'), splitting: flags.boundsOnly !== true };
  const inputs = await namedFiles(named);
  await runStudy(modelPath, flags, {
    inputs: [...named, ...inputs],
    suits: ({ input }) => picturesOnly(input, 'Sufficient pixels are'),
    study: async (classifier, options) =>
      studySufficient(classifier, await readInputs(inputs, classifier, flags), {
        ...options,
        settings,
        modelBytes: await readNamedFile(modelPath, 'model'),
        settingRows: [{ label: 'epsilon', value: String(settings.epsilon) }],
      }),
    json: (found, places) => ({ page: places.at(-1), ...found }),
    words: ({ found, summary: { images, boundsAlone } }, places, { input }) => {
      const all = input.width * input.height;
      const lines = images.map(
        ({ name, decided, size, open, seconds, noCertificate }) =>
          `${name}: ${decided}, ${size} of ${all} pixels are enough${open > 0 ? ` (${open} perhaps not needed)` : ''}, ${seconds.toFixed(1)} s\n${noCertificate === undefined ? '' : `  No certificate: ${noCertificate}\n`}`,
      );
      const note = boundsAlone === undefined || found.length === 0 ? '' : `Bounds alone were used. ${boundsAlone}\n`;
      const files = places.slice(0, -1).map((place) => `Certificate: ${place}\n`);
      return `${lines.join('')}${note}${files.join('')}Page: ${places.at(-1)}\n`;
    },
  });
}

/** @throws UsageError */
export function parseEpsilon(text: string): number {
  const epsilon = Number(text);
  if (text.trim() !== '' && epsilon > 0 && epsilon <= 1) return epsilon;
  throw new UsageError(`--epsilon is a share of the pixel range above 0 and at most 1, such as 0.05, not "${text}".`);
}
