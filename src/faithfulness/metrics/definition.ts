/**
 * Whose definition of a metric: the paper's that introduced it, or what Quantus (Hedström et al. 2023) computes, where
 * that is something else. docs/notes/faithfulness.md has an example of each difference.
 */
export type Definition = 'paper' | 'quantus';
