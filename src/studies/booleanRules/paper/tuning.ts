import type { RefineSettings } from '../refineRules.ts';
import type { HoldingSettings } from '../rulesThatHold.ts';

export type NetworkName = 'a1' | 'a2';

/** What is trained through a network's rules: its features, grades of literals, and features and rules until these hold. */
export interface RuleTuning {
  readonly refined: RefineSettings;
  readonly graded: RefineSettings;
  readonly decided: HoldingSettings;
}

/** Updates of each, and of the hidden head. A2's updates take twenty times as long as A1's. */
const lengths = {
  full: {
    a1: { refined: 12_000, graded: 20_000, decided: 12_000 },
    a2: { refined: 1_000, graded: 1_000, decided: 600 },
    hidden: 1_500,
  },
  quick: {
    a1: { refined: 1_000, graded: 1_000, decided: 1_000 },
    a2: { refined: 100, graded: 100, decided: 100 },
    hidden: 200,
  },
};

export function lengthsOf(quick: boolean): (typeof lengths)['full'] {
  return quick ? lengths.quick : lengths.full;
}

/** A1 has far to go, A2 is near its best. */
export function tuningOf(name: NetworkName, quick: boolean, seed: number): RuleTuning {
  const { [name]: updates } = lengthsOf(quick);
  const learningRate = name === 'a1' ? 0.01 : 0.001;
  const settings = (count: number, weightDecay: number) => ({ updates: count, learningRate, weightDecay, seed });
  return {
    refined: settings(updates.refined, 0.1),
    graded: settings(updates.graded, 0.1),
    decided: name === 'a1' ? { ...settings(updates.decided, 0.05), agreement: 6 } : settings(updates.decided, 0.01),
  };
}
