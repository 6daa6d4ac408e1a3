import type { Classifier } from '../../model/classifier.ts';
import type { Range } from '../../runtime/portions.ts';
import type { Explainer, Method, MethodKind } from '../method.ts';
import { type MethodOptions, resolveOptions } from '../options.ts';
import { coveringExplainer, type Stretches } from './covering.ts';
import { gridOption, type SegmentChoice, segmentOfElement, segmentSettings, segmentsFor } from './segments.ts';

const description = {
  id: 'feature-ablation',
  title: 'Feature ablation',
  about: 'By how much the score drops when a segment of the image is covered: what it alone cannot be spared for.',
  unit: 'score units',
};

const options = {
  grid: gridOption,
  baseline: { about: 'pixel value (0 to 255) of what covers it', default: 0, whole: false, min: 0, max: 255 },
} as const;

export interface FeatureAblationSettings extends MethodOptions<typeof options>, SegmentChoice {}

/**
 * Each segment in turn is set to the baseline; every element of it gets the whole drop of the score, as in Captum.
 * @throws MethodOptionError; when compiled, MethodOptionError and SegmentsError for segments that do not fit the image
 */
export function featureAblation({ segments, ...settings }: FeatureAblationSettings = {}): Method {
  const { grid, baseline } = resolveOptions(description.id, options, settings);
  const choice = segments ? { segments } : {};
  return {
    ...description,
    settings: { ...segmentSettings(grid, choice), baseline },
    compile: (classifier) => compile(classifier, grid, choice, baseline),
  };
}

export const featureAblationKind: MethodKind = {
  ...description,
  options,
  resources: ['segments'],
  create: (settings, resources) =>
    featureAblation({ ...settings, ...(resources?.segments ? { segments: resources.segments } : {}) }),
};

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
