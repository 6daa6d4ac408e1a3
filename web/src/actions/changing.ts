import { batch } from '@preact/signals';
import { engine } from '../engine.ts';
import * as state from '../state.ts';
import type { Picture } from '../worker/protocol.ts';
import { openImage } from './opening.ts';

/** The decision for the changed picture, the last of several changes. */
let isDeciding = false;
export async function edit(picture: Picture): Promise<void> {
  state.edited.value = picture;
  if (isDeciding) return;
  isDeciding = true;
  try {
    let last: Picture | undefined;
    while (state.edited.value && state.edited.value !== last) {
      last = state.edited.value;
      const decided = await engine.glance(last);
      if (state.edited.value) state.editedDecision.value = decided;
    }
  } finally {
    isDeciding = false;
  }
}

export function undo(): void {
  batch(() => {
    state.edited.value = undefined;
    state.editedDecision.value = undefined;
  });
}

export async function explainEdited(): Promise<void> {
  const picture = state.edited.value;
  const name = state.image.value?.name ?? 'picture';
  if (picture) await openImage({ name: `${name.replace(/\.[^.]+$/, '')}-changed.png`, picture }, true);
}

export function chooseTool(tool: state.Tool): void {
  state.tool.value = tool;
  state.pointed.value = undefined;
}
