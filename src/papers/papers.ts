import { filtersPaper } from './filters.ts';
import { noncontributingPaper } from './noncontributing.ts';
import type { Paper } from './paper.ts';
import { regionsPaper } from './regions.ts';
import { rulesPaper } from './rules.ts';

/** The papers whose experiments konkyo repeats. */
export const papers: readonly Paper[] = [rulesPaper, filtersPaper, noncontributingPaper, regionsPaper];
