import type { ExplainSummary } from '../app/explainSummary.ts';
import { lampWords } from '../faithfulness/lamp.ts';

type Explained = Pick<ExplainSummary['images'][number], 'predicted' | 'target'> & {
  readonly methods: readonly Pick<ExplainSummary['images'][number]['methods'][number], 'target' | 'lamp'>[];
};

/**
 * What the demo found, in a sentence: how many images were decided as labelled, and of how many the best map of the decision is to be
 * believed, where maps were checked.
 * @param labels class names, one for each image.
 */
export function foundWords(images: readonly Explained[], labels: readonly string[]): string {
  const all = images.length;
  const right = images.filter(({ predicted }, i) => predicted === labels[i]).length;
  const lamps = images.map(({ methods, target }) =>
    methods.filter((map) => map.target === target).map(({ lamp }) => lamp),
  );
  const decided = `It decided ${right} of ${all} digits as labelled`;
  if (lamps.flat().every((lamp) => lamp === lampWords.unchecked)) return `${decided}.`;
  const believed = lamps.filter((own) => own.includes(lampWords.good)).length;
  const how = believed === all ? `all ${all}` : `${believed} of the ${all}`;
  return `${decided}; the best map is to be believed for ${how}.`;
}
