import { rulesPaper } from './booleanRules/paper/rules.ts';
import { filtersPaper } from './filterPaths/paper/filters.ts';
import { noncontributingPaper } from './noncontributing/paper/noncontributing.ts';
import type { Paper } from './paper.ts';
import { regionsPaper } from './regionPruning/paper/regions.ts';

/** The papers whose experiments konkyo repeats. */
export const papers: readonly Paper[] = [rulesPaper, filtersPaper, noncontributingPaper, regionsPaper];
