import { batch } from '@preact/signals';
import { engine } from '../engine.ts';
import * as state from '../state.ts';
import type { Picture } from '../worker/protocol.ts';
import { attempt } from './attempt.ts';
import { begin, current, forgetImage, isCurrent } from './current.ts';
import { openImage } from './opening.ts';

/** The pen rests for so long, in ms, before the drawing is explained as a whole. */
const restAfter = 450;

let isGlancing = false;
let waiting: Picture | undefined;
let rest: ReturnType<typeof setTimeout> | undefined;

/**
 * A drawing follows the pen: its decision and one quick map at once, of the last of several strokes; all maps once the pen rests.
 * @param drawing nothing where the pad is empty.
 */
export async function follow(drawing: Picture | undefined): Promise<void> {
  clearTimeout(rest);
  begin();
  waiting = drawing;
  // What is still being found out is of what the pad showed before.
  if (state.work.value || !drawing) await engine.stop();
  if (!drawing) {
    batch(() => {
      forgetImage();
      state.pen.value = undefined;
    });
    return;
  }
  if (isGlancing) return;
  isGlancing = true;
  let last = drawing;
  try {
    while (waiting) {
      last = waiting;
      waiting = undefined;
      await glance(last);
    }
  } finally {
    isGlancing = false;
  }
  const mine = current();
  rest = setTimeout(() => {
    if (isCurrent(mine)) attempt(() => openImage({ name: 'drawing.png', picture: last }, true));
  }, restAfter);
}

async function glance(drawing: Picture): Promise<void> {
  const mine = current();
  const start = performance.now();
  try {
    const { decision, cells } = await engine.glanceWithMap(drawing);
    // Another model may have been opened meanwhile; a further stroke comes after this one.
    if (!isCurrent(mine) && !waiting) return;
    batch(() => {
      state.image.value = { name: 'drawing.png', seen: drawing, decision, tried: [] };
      state.found.value = undefined;
      state.extras.value = [];
      state.regions.value = undefined;
      state.work.value = undefined;
      state.pen.value = { cells, milliseconds: Math.round(performance.now() - start) };
    });
  } catch (error) {
    if (isCurrent(mine)) throw error;
  }
}
