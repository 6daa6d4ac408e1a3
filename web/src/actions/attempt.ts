import * as state from '../state.ts';

/* What fails is said, and nothing is left half done. */

export async function attempt(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    state.problem.value = error instanceof Error ? error.message : String(error);
  }
}

export const dismiss = () => {
  state.problem.value = undefined;
};
