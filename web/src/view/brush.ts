import { attempt, edit } from '../actions.ts';
import { edited } from '../state.ts';
import type { Picture } from '../worker/protocol.ts';

/** What is painted with. */
export interface Brush {
  /** As a share of the picture's width. */
  readonly radius: number;
  /** `#rrggbb`. */
  readonly colour: string;
}

/** What is seen where something is wiped away, as where konkyo hides parts: black in a drawing, else grey. */
export function wiped({ channels }: Picture): string {
  return channels === 1 ? '#000000' : '#808080';
}

/** Paints a dot on the picture as it now is, and has it decided. @param place shares of width and height. */
export function beginStroke(
  seen: Picture,
  place: { readonly x: number; readonly y: number },
  { radius, colour }: Brush,
): void {
  const before = edited.value ?? seen;
  const { width, height, channels } = before;
  const data = before.data.slice();
  const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  const grey = Math.round(0.299 * (red ?? 0) + 0.587 * (green ?? 0) + 0.114 * (blue ?? 0));
  const values = channels === 1 ? [grey] : [red ?? 0, green ?? 0, blue ?? 0];
  const reach = Math.max(0.5, radius * width);
  const [middleX, middleY] = [place.x * width, place.y * height];
  for (let y = Math.max(0, Math.floor(middleY - reach)); y < Math.min(height, middleY + reach); y++)
    for (let x = Math.max(0, Math.floor(middleX - reach)); x < Math.min(width, middleX + reach); x++) {
      if ((x + 0.5 - middleX) ** 2 + (y + 0.5 - middleY) ** 2 > reach ** 2) continue;
      for (const [c, value] of values.entries()) data[(y * width + x) * channels + c] = value;
    }
  attempt(() => edit({ ...before, data }));
}
