import type { Colour } from '../../../pictures/colours.ts';
import type { Picture } from '../../../pictures/picture.ts';
import { sheetPicture } from '../../../report/drawing/contactSheet.ts';
import type { Rank } from './view.ts';

/** Red for the first, blue for the second: the paper's frames. */
const frameColours: Readonly<Record<Rank, Colour>> = { first: [200, 50, 31], second: [42, 99, 196] };

/** Thickness of a frame, pixels. */
const frame = 3;

/** A picture drawn as a square of `side` pixels in colour, its pixels as blocks. */
export function enlarged({ width, height, channels, data }: Picture, side: number): Picture {
  const larger = new Uint8Array(side * side * 3);
  for (let at = 0; at < side * side; at++) {
    const y = Math.floor((Math.floor(at / side) * height) / side);
    const x = Math.floor(((at % side) * width) / side);
    for (let c = 0; c < 3; c++) {
      larger[3 * at + c] = data[(y * width + x) * channels + (channels === 1 ? 0 : c)] ?? 0;
    }
  }
  return { width: side, height: side, channels: 3, data: larger };
}

/** A square picture with room for a frame around it, in its rank's colour; white where there is no picture. */
export function framedPicture(picture: Picture | undefined, side: number, rank: Rank | undefined): Picture {
  const whole = side + 2 * frame;
  const data = new Uint8Array(whole * whole * 3).fill(255);
  for (let at = 0; at < whole * whole; at++) {
    const [y, x] = [Math.floor(at / whole) - frame, (at % whole) - frame];
    const inside = y >= 0 && x >= 0 && y < side && x < side;
    if (inside && picture) data.set(picture.data.subarray(3 * (y * side + x), 3 * (y * side + x + 1)), 3 * at);
    else if (!inside && rank) data.set(frameColours[rank], 3 * at);
  }
  return { width: whole, height: whole, channels: 3, data };
}

/** Rows of pictures of one size as one picture. */
export function inRows(rows: readonly (readonly Picture[])[]): Picture {
  return sheetPicture(rows.flat(), rows[0]?.length ?? 1, 1, 4);
}
