import type { AmplitudePer } from '../studies/noncontributing/amplitude.ts';
import { type ChangeKind, changeKinds } from '../studies/noncontributing/changes/change.ts';
import type { MaskChoice } from '../studies/noncontributing/layerMasks.ts';
import { fastSchedule, paperSchedule, type SearchSchedule } from '../studies/noncontributing/schedules.ts';
import type { Tolerance } from '../studies/noncontributing/tolerance.ts';
import { UsageError } from './flags.ts';

/** `none`, `paper`, or layers with thresholds: `conv1.relu=0.2,conv2.relu=0`. */
export function parseMasks(text: string): MaskChoice {
  if (text === 'none' || text === 'paper') return text;
  return text.split(',').map((part) => {
    const [layer = '', threshold = '', ...rest] = part.split('=');
    if (layer === '' || threshold.trim() === '' || rest.length > 0 || !Number.isFinite(Number(threshold))) {
      throw new UsageError(`--masks is none, paper, or layers with thresholds such as conv1.relu=0.2, not "${text}".`);
    }
    return { layer, threshold: Number(threshold) };
  });
}

/** Kinds of changes, `independent,blocks`, or `all` of them. */
export function parseChanges(text: string): readonly ChangeKind[] {
  if (text === 'all') return changeKinds;
  return text.split(',').map((part) => {
    const kind = changeKinds.find((known) => known === part.trim());
    if (kind) return kind;
    throw new UsageError(`--changes is all, or some of ${changeKinds.join(', ')}, with commas between, not "${text}".`);
  });
}

/** A share of the margin, `50%`, score units, `1.5`, or `order`. */
export function parseTolerance(text: string): Tolerance {
  if (text === 'order') return 'order';
  const [, number, percent] = /^([0-9.eE+-]+)(%?)$/.exec(text.trim()) ?? [];
  const value = Number(number);
  if (number === undefined || !(value > 0)) {
    throw new UsageError(
      `--tolerance is a share of the margin such as 50%, score units above 0, or order, not "${text}".`,
    );
  }
  if (percent === '') return { scores: value };
  if (value <= 100) return { ofMargin: value / 100 };
  throw new UsageError(
    `--tolerance ${text} is larger than the margin between the two best scores: the decision could change without cost. Give at most 100%.`,
  );
}

export function parsePer(text: string): AmplitudePer {
  if (text === 'pixel' || text === 'channel') return text;
  throw new UsageError(`--per is pixel or channel, not "${text}".`);
}

/** The schedule of that name, with another number of iterations or noise images where given; undefined is the default one. */
export function parseSchedule(name: string, iterations?: number, images?: number): SearchSchedule | undefined {
  if (name !== 'fast' && name !== 'paper') throw new UsageError(`--schedule is fast or paper, not "${name}".`);
  const changed = {
    ...(iterations === undefined ? {} : { iterations }),
    ...(images === undefined ? {} : { images }),
  };
  if (name === 'paper') return { ...paperSchedule, ...changed };
  return Object.keys(changed).length === 0 ? undefined : fastSchedule(changed);
}
