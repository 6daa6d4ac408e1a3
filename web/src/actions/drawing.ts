import { batch } from '@preact/signals';
import { engine } from '../engine.ts';
import * as state from '../state.ts';
import type { Picture } from '../worker/protocol.ts';
import { attempt } from './attempt.ts';
import { begin, forgetImage } from './current.ts';
import { openImage } from './opening.ts';

/** A drawing follows the pen: its decision and one quick map at once, all maps once the pen rests. */
let isGlancing = false;
let waiting: Picture | undefined;
let rest: ReturnType<typeof setTimeout> | undefined;
const restAfter = 450;

export async function follow(drawing: Picture | undefined): Promise<void> {
  clearTimeout(rest);
  if (!drawing) {
    begin();
    await engine.stop();
    batch(() => {
      forgetImage();
      state.pen.value = undefined;
    });
    return;
  }
  waiting = drawing;
  if (isGlancing) return;
  isGlancing = true;
  try {
    while (waiting) {
      const now = waiting;
      waiting = undefined;
      const start = performance.now();
      const { decision, cells } = await engine.glanceWithMap(now);
      batch(() => {
        state.image.value = { name: 'drawing.png', seen: now, decision, tried: [] };
        state.found.value = undefined;
        state.regions.value = undefined;
        state.pen.value = { cells, milliseconds: Math.round(performance.now() - start) };
      });
    }
  } finally {
    isGlancing = false;
  }
  rest = setTimeout(() => attempt(() => openImage({ name: 'drawing.png', picture: drawing }, true)), restAfter);
}
