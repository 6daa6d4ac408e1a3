import { quoted } from '../decision.ts';
import { count, percent, quantity } from '../numbers.ts';

export const question = 'Which pixels can be noisy without changing it?';
export const gist = 'non-contributing pixels, how often the decision was kept under noise, and what other changes do';

export const forComparison = 'The image, for comparison.';
export const map = 'Non-contributing pixels';

/** For someone who has never heard of noise amplitudes, where some pixels take much noise. Shares are 0 to 1. */
export function free(label: string, share: number, mean: number): string {
  return `Each pixel was made brighter or darker by a random number of its own, all of them at once, and the decision was still ${quoted(label)}. Pale pixels withstood much of such noise, dark ones little. ${percent(share)} of the pixels withstood nearly the whole range from black to white; on average it was ${percent(mean)} of it. This was found for such noise and for nothing else: what other changes of the same size do stands below.`;
}

/** The same where no pixel takes much. @param top the largest amplitude. */
export function bound(label: string, top: number, mean: number): string {
  return `Each pixel was made brighter or darker by a random number of its own, all of them at once, and the decision was still ${quoted(label)} as long as this noise was small. Pale pixels withstood most, up to ${percent(top)} of the whole range from black to white; on average it was ${percent(mean)}. This was found for such noise and for nothing else: what other changes of the same size do stands below.`;
}

export const kept = {
  label: 'Kept under independent noise',
  value: (share: number, draws: number) => `${percent(share)} of ${count(draws)} tries`,
  meaning:
    'How often the class stayed when every pixel got a random number of its own, as large as the map allows. None of these tries was used to find the map.',
};

export const others = {
  caption: 'How often the class stayed under other changes of the same size',
  change: 'Change',
  kept: 'Kept',
  least: 'Lead at worst',
  kinds: {
    blocks: 'noise in blocks that change together',
    blur: 'blurring',
    pasted: 'content of another image, or of this one mirrored and shifted',
    mixed: 'two kinds, in different places',
  },
  sought: 'the worst change that was found by looking for it',
  soughtClipped: 'the same, with pixels between black and white',
  isKept: 'yes',
  isLost: 'no',
};

/** @param lead of the class at worst, in score units like the change. */
export function detail(clipped: number, change: number, lead: number): string {
  const left = lead < 0 ? `it fell behind by ${quantity(-lead)}` : `its lead was still ${quantity(lead)}`;
  return `A try adds to every pixel a random number, evenly distributed up to its amplitude either way, and asks the model again; the tries were not used to find the map. With pixels cut off at black and white it was kept in ${percent(clipped)}. At worst the score of the class changed by ${quantity(change)}, and ${left}. This is what was tried, not a proof: tries say little of the worst case.`;
}

export const alternative = (name: string, mean: number) => `${name}: ${percent(mean)} of the pixel range in the mean`;
export const legend = {
  colours: 'Colour scale from dark blue to pale yellow',
  least: '0: no noise',
  all: '1: noise of the whole range',
  most: (top: number) => `${quantity(top)}: withstands most`,
};
