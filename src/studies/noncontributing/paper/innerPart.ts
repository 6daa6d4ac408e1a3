/** Digits of MNIST are drawn in the middle, 20 by 20 pixels: four pixels at each side are always empty. */
const rim = 4;

/** A square map without the rim of the image. */
export function innerPart(map: Float32Array): Float32Array {
  const side = Math.sqrt(map.length);
  const isInner = (at: number) => at >= rim && at < side - rim;
  return map.filter((_, i) => isInner(i % side) && isInner(Math.floor(i / side)));
}
