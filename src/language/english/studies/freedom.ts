import { quoted } from '../decision.ts';
import { count, percent, quantity } from '../numbers.ts';

export const question = 'Which pixels could be anything without changing it?';
export const gist = 'non-contributing pixels, and how often the decision was kept';

export const forComparison = 'The image, for comparison.';
export const map = 'Non-contributing pixels';

/** For someone who has never heard of noise amplitudes, where some pixels are free. Shares are 0 to 1. */
export function free(label: string, share: number, mean: number): string {
  return `Pale pixels did not matter: each could get much brighter or darker, all of them at once and at random, and the decision would still be ${quoted(label)}. Dark ones had to stay nearly as they are. ${percent(share)} of the pixels could be almost anything; on average a pixel could move by ${percent(mean)} of the whole range from black to white.`;
}

/** The same where no pixel is free. @param top the largest amplitude. */
export function bound(label: string, top: number, mean: number): string {
  return `No pixel could be anything here: changed at random, all of them at once, they had to stay close to what they are for the decision to still be ${quoted(label)}. Pale ones could change most, by up to ${percent(top)} of the whole range from black to white; on average it was ${percent(mean)}.`;
}

export const kept = {
  label: 'Decision kept',
  value: (share: number, draws: number) => `${percent(share)} of ${count(draws)} tries`,
  meaning:
    'How often the class stayed under random changes as large as the map allows, none of them used to find the map.',
};

/** @param lead of the class at worst, in score units like the change. */
export function detail(clipped: number, change: number, lead: number): string {
  const left = lead < 0 ? `it fell behind by ${quantity(-lead)}` : `its lead was still ${quantity(lead)}`;
  return `A try adds to every pixel a random number, evenly distributed up to its amplitude either way, and asks the model again; the tries were not used to find the map. With pixels cut off at black and white it was kept in ${percent(clipped)}. At worst the score of the class changed by ${quantity(change)}, and ${left}. This is what was tried, not a proof: tries say little of the worst case.`;
}

export const alternative = (name: string, mean: number) => `${name}: ${percent(mean)} of the pixel range in the mean`;
export const legend = {
  colours: 'Colour scale from dark blue to pale yellow',
  least: '0: must stay',
  all: '1: could be anything',
  most: (top: number) => `${quantity(top)}: the freest`,
};
