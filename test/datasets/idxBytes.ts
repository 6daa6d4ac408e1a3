/** An IDX file of unsigned bytes. */
export function idxImages(dims: readonly number[], data: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * dims.length + data.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0, 0, 8, dims.length]);
  dims.forEach((dim, axis) => {
    view.setUint32(4 + 4 * axis, dim);
  });
  bytes.set(data, 4 + 4 * dims.length);
  return bytes;
}

export const idxLabels = (labels: readonly number[]): Uint8Array => idxImages([labels.length], labels);
