import { type Colour, fromOklch } from '../../pictures/colours.ts';
import { lightness } from '../../pictures/lightness.ts';
import type { Picture } from '../../pictures/picture.ts';

/** A class at each position, row by row. */
interface ClassMap {
  readonly height: number;
  readonly width: number;
  readonly classAt: ArrayLike<number>;
}

/** Of hues, the golden angle: neighbours in a list are far apart, however many there are. */
const hueStep = 137.508;

/** A colour for each class, the same for the same class whatever others there are; class 0 is grey. */
export function classColours(classes: readonly number[]): ReadonlyMap<number, Colour> {
  return new Map(
    classes.map((index) => {
      const level = 0.62 + 0.12 * ((index % 3) - 1);
      return [index, index === 0 ? fromOklch(0.6, 0, 0) : fromOklch(level, 0.15, (30 + index * hueStep) % 360)];
    }),
  );
}

/** How much of a pixel is the class's colour; the rest is the picture's lightness. */
const strength = 0.55;

/** The picture in grey with each position's class as a tint over it. */
export function drawClasses(
  picture: Picture,
  { height, width, classAt }: ClassMap,
  colours: ReadonlyMap<number, Colour>,
): Picture {
  const grey = lightness(picture);
  const data = new Uint8Array(picture.height * picture.width * 3);
  for (let y = 0; y < picture.height; y++) {
    const row = Math.floor(((y + 0.5) * height) / picture.height);
    for (let x = 0; x < picture.width; x++) {
      const pixel = y * picture.width + x;
      const column = Math.floor(((x + 0.5) * width) / picture.width);
      const colour = colours.get(classAt[row * width + column] ?? 0) ?? [0, 0, 0];
      for (const [c, level] of colour.entries()) {
        data[3 * pixel + c] = Math.round(strength * level + (1 - strength) * 255 * (grey[pixel] ?? 0));
      }
    }
  }
  return { height: picture.height, width: picture.width, channels: 3, data };
}
