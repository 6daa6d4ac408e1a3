import type { Layered, Picture } from '../worker/protocol.ts';

/** A picture's pixels on a canvas of its size. */
export function drawPicture(canvas: HTMLCanvasElement, { width, height, channels, data }: Picture): void {
  const rgba = new Uint8ClampedArray(4 * width * height);
  for (let pixel = 0; pixel < width * height; pixel++) {
    for (let c = 0; c < 3; c++) rgba[4 * pixel + c] = data[pixel * channels + (channels === 1 ? 0 : c)] ?? 0;
    rgba[4 * pixel + 3] = 255;
  }
  drawLayer(canvas, { width, height, rgba });
}

export function drawLayer(canvas: HTMLCanvasElement, { width, height, rgba }: Layered): void {
  canvas.width = width;
  canvas.height = height;
  canvas.getContext('2d')?.putImageData(new ImageData(rgba, width, height), 0, 0);
}

/** One part of a picture: nothing where the rest is, and hatching where it is hidden. */
export function drawPart(
  canvas: HTMLCanvasElement,
  {
    width,
    height,
    isIn,
  }: { readonly width: number; readonly height: number; readonly isIn: (pixel: number) => boolean },
): void {
  const rgba = new Uint8ClampedArray(4 * width * height);
  for (let pixel = 0; pixel < width * height; pixel++) {
    if (!isIn(pixel)) continue;
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    const isEdge = [pixel - 1, pixel + 1, pixel - width, pixel + width].some((next) => !isIn(next));
    const isDark = isEdge || (x + y) % 4 < 2;
    rgba.set(isDark ? [20, 20, 20, 255] : [245, 245, 245, 255], 4 * pixel);
  }
  drawLayer(canvas, { width, height, rgba });
}
