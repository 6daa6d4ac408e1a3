import type { Classifier } from '../../model/classifier.ts';
import type { Range } from '../../runtime/portions.ts';
import type { Explainer } from '../explainer.ts';
import { method } from '../method.ts';
import { baselineOption } from '../options.ts';
import { coveringExplainer, type Stretches } from './covering.ts';
import { gridOption, type SegmentChoice, segmentOfElement, segmentSettings, segmentsFor } from './segments.ts';

/**
 * Each segment in turn is set to the baseline; every element of it gets the whole drop of the score, as in Captum. When compiled
 * it throws MethodOptionError and SegmentsError for segments that do not fit the image.
 */
export const featureAblation = method({
  id: 'feature-ablation',
  title: 'Feature ablation',
  about: 'By how much the score drops when a segment of the image is covered: what it alone cannot be spared for.',
  unit: 'score units',
  options: { grid: gridOption, baseline: baselineOption('what covers it') },
  resources: ['segments'],
  create: ({ grid, baseline }, choice: SegmentChoice) => ({
    settings: { ...segmentSettings(grid, choice), baseline },
    compile: (classifier) => compile(classifier, grid, choice, baseline),
  }),
});

async function compile(
  classifier: Classifier,
  grid: number,
  choice: SegmentChoice,
  baseline: number,
): Promise<Explainer> {
  const segments = await segmentsFor(classifier.input, grid, choice);
  const parts: Range[][] = Array.from({ length: segments.count }, () => []);
  const elements = segmentOfElement(segments, classifier.input);
  let from = 0;
  for (let at = 1; at <= elements.length; at++) {
    if (at < elements.length && elements[at] === elements[from]) continue;
    parts[elements[from] ?? 0]?.push({ from, to: at });
    from = at;
  }
  return coveringExplainer(classifier, parts satisfies Stretches[], baseline);
}
