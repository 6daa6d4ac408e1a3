import { counted, inWords, listed, sentence } from './numbers.ts';

/** How a figure came out. */
export type Verdict = 'good' | 'fair' | 'poor' | 'neutral';
/** How far a map can be believed; what was not checked is not vouched for. */
export type Light = Verdict | 'unchecked';

export const verdicts: Readonly<Record<Verdict, string>> = {
  good: 'good',
  fair: 'fair',
  poor: 'poor',
  neutral: 'for information',
};

/** Beside a map. */
export const lights: Readonly<Record<Light, string>> = {
  good: 'Believe',
  fair: 'Careful',
  poor: 'Do not believe',
  neutral: 'Not judged',
  unchecked: 'Not checked',
};

export const question = 'How were the maps checked?';
export const aboutLights =
  'A map is to be believed where all its checks came out well. That makes it credible, not proven: the checks ask whether the decision needs what the map shows and whether the map depends on what was learnt.';
export const gist = 'the figure of each check, and what it means';

export function counts(
  all: number,
  found: readonly { readonly verdict: Verdict; readonly count: number }[],
  sumsOnly: boolean,
) {
  if (all === 0) return 'These figures inform; none of them passes a judgement.';
  const what = sumsOnly ? counted(all, 'sum', 'sums') : counted(all, 'check', 'checks');
  return `${sentence(what)}: ${listed(found.map(({ verdict, count }) => `${inWords(count)} ${verdicts[verdict]}`))}.`;
}

export const allUnchecked =
  'The faithfulness of these maps was not checked, so nothing is said here of how far to believe them.';
export const untested = 'It was not put to a test.';
export const columns = { map: 'Map', together: 'All together' };

export const completeness = {
  label: 'Completeness gap',
  sums: (sum: string, difference: string) => `sum ${sum}, score difference ${difference}`,
  nothing: 'nothing to add up',
  meaning:
    'The map should sum to the difference between the score of this image and that of what it is compared with (an empty image, or the mean of many); the gap is what is missing. More steps or samples make it smaller.',
};

export const conservation = {
  label: 'Conservation gap',
  where: {
    biases: 'biases',
    stabilizers: 'stabilisers of divisions',
    emptyParts: 'parts without inputs',
    others: 'constants inside of operators',
  },
  part: (value: string, where: string) => `${value} in ${where}`,
  account: (sum: string, score: string, parts: readonly string[], most: string | undefined) =>
    `${sum} of ${score} reached the pixels${parts.length === 0 ? '' : `; ${parts.join(', ')}`}${most === undefined ? '' : `; most in ${most}`}`,
  meaning:
    'The score was handed back layer by layer, and the map should sum to it; the gap is what stayed in the model instead of reaching the pixels, mostly with biases.',
};

export const randomisation = {
  label: 'Parameter randomisation',
  meaning:
    'How much the order of the pixels is still the same (1: all, 0: nothing) when all layers but the first have random weights. A map that hardly changes shows the image, not what the model has learnt.',
};

/** What deletion and insertion are measured by. */
export interface CurveSetting {
  readonly isValue: boolean;
  /** The sureness is that of scores that are taken for logits. */
  readonly isIfLogits?: boolean;
  /** Absent where an image was explained. */
  readonly kind?: 'table' | 'signal';
  /** Side of the squares, or how many values, that went together. */
  readonly segment: number;
  readonly steps: number;
  /** Of what is gone: a pixel value, or model input of what is no image. */
  readonly baseline: number;
}

export const curves = {
  deletion: 'Deletion',
  insertion: 'Insertion',
  value: (own: string, random: string, edges: string, isTable: boolean) =>
    `${own} (random maps ${random}, ${isTable ? 'sizes' : 'edges'} ${edges})`,
  own: 'this map',
  drawn: (lines: readonly string[]) => `Curves: ${listed(lines)}`,
  lines: { random: 'random maps', edges: 'edge detector', sizes: 'size of the values' },
  deletionMeaning: (setting: CurveSetting) =>
    `${meanOf(setting)} while the pixels that spoke most for the class are blanked first, ${stepsOf(setting)}. The lower, the more the decision needs what the map points at. It should be below that of random maps by more than these differ among themselves, and below that of ${plainOf(setting)} that does not know the model (dashed lines).`,
  insertionMeaning: (setting: CurveSetting) =>
    `${meanOf(setting)} while the same pixels are put into a blank image first, ${stepsOf(setting)}. The higher, the sooner what the map points at suffices. It should be above that of random maps by more than these differ among themselves, and above that of ${plainOf(setting)} (dashed lines).`,
};

function meanOf({ isValue, isIfLogits }: CurveSetting): string {
  return isValue
    ? 'Where the value lies on average between that of a blank image (0%) and of this one (100%)'
    : `The mean sureness${isIfLogits ? ' (if the scores are logits)' : ''}`;
}

function plainOf({ kind }: CurveSetting): string {
  return kind === 'table' ? 'the map of how far each value is from blank' : 'an edge detector';
}

function stepsOf({ kind, segment, steps, baseline }: CurveSetting): string {
  if (kind) {
    const unit =
      kind === 'table' ? 'feature by feature' : segment === 1 ? 'value by value' : `${segment} values at a time`;
    return `${unit}, in ${steps} steps at most, blank being ${baseline} in model input`;
  }
  const unit = segment === 1 ? 'pixel by pixel' : `in squares of ${segment} × ${segment} pixels`;
  return `${unit}, in ${steps} steps, blank being pixel value ${baseline}`;
}
