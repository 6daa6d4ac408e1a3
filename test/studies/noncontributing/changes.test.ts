import { describe, expect, it } from 'vitest';
import { describeInput, type InputDescription } from '../../../src/model/inputDescription.ts';
import { float32 } from '../../../src/onnx/tensor.ts';
import { random } from '../../../src/random/random.ts';
import { type ChangeKind, changedImage, changeKinds } from '../../../src/studies/noncontributing/changes/change.ts';
import { changesOf } from '../../../src/studies/noncontributing/changes/changeKinds.ts';
import { changeNoise } from '../../../src/studies/noncontributing/changes/changeNoise.ts';
import { gaussianBlur } from '../../../src/studies/noncontributing/changes/gaussianBlur.ts';
import { searchNoise } from '../../../src/studies/noncontributing/changes/searchNoise.ts';

const [height, width] = [8, 9];

function inputOf(layout: 'NCHW' | 'NHWC', channels: number): InputDescription {
  const dims = layout === 'NCHW' ? ['N', channels, height, width] : ['N', height, width, channels];
  return describeInput({ name: 'image', type: 'float32', dims }, { layout });
}

/** Values that are all different, between 0 and 1. */
const pattern = (size: number, step: number) => Float32Array.from({ length: size }, (_, i) => ((i * step) % 997) / 997);

/** Where (channel, y, x) lies, written out. */
const place = ({ layout, channels }: InputDescription, c: number, y: number, x: number) =>
  layout === 'NCHW' ? c * height * width + y * width + x : y * width * channels + x * channels + c;

describe.each([
  ['NCHW', 1],
  ['NCHW', 3],
  ['NHWC', 3],
] as const)('changes of %s images of %i channels', (layout, channels) => {
  const input = inputOf(layout, channels);
  const size = height * width * channels;
  const image = pattern(size, 37);
  const other = pattern(size, 101);
  const changed = changedImage(input, float32([1, size], image), float32([2, size], [...image, ...other]));
  const radius = pattern(size, 13);
  const draw = (kind: ChangeKind, seed: number, mixing?: readonly Exclude<ChangeKind, 'mixed'>[]) => {
    const u = new Float32Array(size);
    changesOf(kind, mixing)(changed, random(seed))(u, radius);
    return u;
  };

  it('stay within the amplitudes, and are the same for the same seed', () => {
    for (const kind of changeKinds) {
      const u = draw(kind, 5);
      expect(Math.max(...u.map(Math.abs))).toBeLessThanOrEqual(1);
      expect(draw(kind, 5)).toEqual(u);
      // There is one image to paste.
      if (kind !== 'pasted') expect(draw(kind, 6)).not.toEqual(u);
    }
  });

  it('blur as a plain double sum with the edge repeated', () => {
    const sigma = 1.3;
    const blurred = gaussianBlur(image, input, sigma);
    const clamp = (at: number, count: number) => Math.min(count - 1, Math.max(0, at));
    for (const [c, y, x] of [
      [0, 0, 0],
      [channels - 1, 3, 8],
      [channels - 1, 7, 4],
    ] as const) {
      let [sum, weights] = [0, 0];
      for (let dy = -4; dy <= 4; dy++) {
        for (let dx = -4; dx <= 4; dx++) {
          const weight = Math.exp(-(dx * dx + dy * dy) / (2 * sigma * sigma));
          weights += weight;
          sum += weight * image[place(input, c, clamp(y + dy, height), clamp(x + dx, width))]!;
        }
      }
      expect(blurred[place(input, c, y, x)]).toBeCloseTo(sum / weights, 5);
    }
  });

  it('paste another image, never the image itself, as far as the amplitudes allow', () => {
    expect(changed.others).toHaveLength(1);
    const u = draw('pasted', 3);
    for (let i = 0; i < size; i++) {
      const way = Math.fround(other[i]! - image[i]!);
      const reached = u[i]! * radius[i]!;
      expect(reached).toBeCloseTo(Math.sign(way) * Math.min(Math.abs(way), radius[i]!), 5);
    }
  });

  it('in blocks have one number for each block of a channel, all blocks but those at the edge of one size', () => {
    const u = draw('blocks', 4);
    const changes = Array.from({ length: width - 1 }, (_, x) => x + 1).filter(
      (x) => u[place(input, 0, 0, x)] !== u[place(input, 0, 0, x - 1)],
    );
    // Of 8 pixels the sides are 1, 1 and 2: a quarter, rounded.
    const sides = changes.slice(1).map((x, i) => x - changes[i]!);
    expect(new Set(sides).size).toBe(1);
    const side = sides[0]!;
    for (let c = 0; c < channels; c++) {
      for (let x = changes[0]!; x + side <= width; x += side) {
        const row = Array.from({ length: side }, (_, k) => u[place(input, c, 0, x + k)]);
        expect(new Set(row).size).toBe(1);
      }
    }
    if (channels > 1) expect(u[place(input, 0, 0, 0)]).not.toBe(u[place(input, 1, 0, 0)]);
  });

  it('mixed are of the kinds that are mixed, each somewhere', () => {
    const pasted = draw('pasted', 1, ['pasted']);
    // The same image is pasted by both: the mixture is nothing else.
    expect(draw('mixed', 9, ['pasted'])).toEqual(pasted);
    const both = Array.from({ length: 20 }, (_, seed) => draw('mixed', seed, ['pasted', 'independent']));
    const sharesPasted = both.map((u) => u.filter((value, i) => value === pasted[i]).length / size);
    expect(sharesPasted.some((share) => share > 0.2 && share < 0.8)).toBe(true);
  });

  it('without other images are of the image itself, mirrored and shifted', () => {
    const alone = changedImage(input, float32([1, size], image), undefined);
    const everything = new Float32Array(size).fill(1);
    const u = new Float32Array(size);
    changesOf('pasted')(alone, random(2))(u, everything);
    const moved = [...image.map((value, i) => value + u[i]!)].sort((a, b) => a - b);
    for (const [i, value] of image.toSorted().entries()) expect(moved[i]).toBeCloseTo(value, 5);
  });

  it('take turns in the search, as bytes', () => {
    const noise = searchNoise(['blur', 'pasted'], changed, 7);
    const { data } = noise(2, () => radius);
    const pasted = draw('pasted', 7);
    const u = Array.from(data.subarray(size), (byte) => (byte + 0.5) / 128);
    for (let i = 0; i < size; i++) expect(Math.abs(u[i]! - pasted[i]!)).toBeLessThanOrEqual(1 / 128);
    const blurred = changeNoise('blur', changed, radius, 7)(1).data;
    const strongest = blurred.findIndex((value) => Math.abs(value) > 0.1);
    expect(Math.sign(data[strongest]!)).toBe(Math.sign(blurred[strongest]!));
  });
});
