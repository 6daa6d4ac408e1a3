import { batch } from '@preact/signals';
import * as state from '../state.ts';
import type { Told } from '../worker/protocol.ts';

/* Which image is meant: what comes late for one that is gone is dropped. */

let opened = 0;

/** From here on another image is meant. */
export function begin(): number {
  opened += 1;
  return opened;
}

export const current = (): number => opened;
export const isCurrent = (mine: number): boolean => mine === opened;

/** What the worker says about this image while it works. */
export const told = (mine: number): Told => ({
  doing({ done, total, what }) {
    if (!isCurrent(mine)) return;
    const before = state.work.value;
    const goesOn = before !== undefined && before.total === total && done > 0 && done >= before.done;
    state.work.value = { done, total, what, since: goesOn ? before.since : performance.now() };
  },
  found(found) {
    if (isCurrent(mine)) state.found.value = found;
  },
});

export function forgetImage(): void {
  batch(() => {
    state.image.value = undefined;
    state.edited.value = undefined;
    state.editedDecision.value = undefined;
    state.found.value = undefined;
    state.extras.value = [];
    state.regions.value = undefined;
    state.pointed.value = undefined;
    state.subject.value = 0;
    state.work.value = undefined;
  });
}
