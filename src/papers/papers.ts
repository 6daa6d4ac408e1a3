import type { Paper } from './paper.ts';

/** The papers whose experiments konkyo repeats. */
export const papers: readonly Paper[] = [];
