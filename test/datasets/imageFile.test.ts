import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { DatasetFileError, FileFormatError } from '../../src/datasets/errors.ts';
import { decodeImage, readImageFile } from '../../src/datasets/imageFile.ts';
import { errorOf } from './expectError.ts';

const raw = (data: Uint8Array | Uint16Array, width: number, height: number, channels: 1 | 2 | 3 | 4) =>
  sharp(data, { raw: { width, height, channels } });

describe('decoding a picture', () => {
  it('keeps grey pictures at one channel', async () => {
    const grey = raw(Uint8Array.of(0, 50, 100, 150, 200, 255), 3, 2, 1).toColourspace('b-w');
    const picture = await decodeImage(await grey.png().toBuffer());
    expect(picture).toEqual({ height: 2, width: 3, channels: 1, data: Uint8Array.of(0, 50, 100, 150, 200, 255) });
  });

  it.each(['png', 'webp'] as const)('reads colours of %s exactly, in the order red, green, blue', async (format) => {
    const pixels = Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 20, 30);
    const bytes = await raw(pixels, 2, 2, 3).toFormat(format, { lossless: true }).toBuffer();
    expect(await decodeImage(bytes)).toEqual({ height: 2, width: 2, channels: 3, data: pixels });
  });

  it('reads JPEG, also in CMYK', async () => {
    const red = { create: { width: 8, height: 8, channels: 3, background: '#ff0000' } } as const;
    for (const space of ['srgb', 'cmyk']) {
      const picture = await decodeImage(await sharp(red).toColourspace(space).jpeg().toBuffer());
      expect([picture.height, picture.width, picture.channels]).toEqual([8, 8, 3]);
      expect(picture.data[0]).toBeGreaterThan(225);
      expect(picture.data[1]).toBeLessThan(30);
    }
  });

  it('turns a photo upright as its EXIF orientation says', async () => {
    const lying = raw(Uint8Array.of(...[1, 2, 3], ...[4, 5, 6], ...[7, 8, 9], ...[10, 11, 12]), 2, 2, 3);
    const bytes = await lying.png().withMetadata({ orientation: 6 }).toBuffer();
    expect((await sharp(bytes).metadata()).orientation).toBe(6);
    const upright = Uint8Array.of(...[7, 8, 9], ...[1, 2, 3], ...[10, 11, 12], ...[4, 5, 6]);
    expect((await decodeImage(bytes)).data).toEqual(upright);
    const wide = await raw(new Uint8Array(18), 3, 2, 3).jpeg().withMetadata({ orientation: 6 }).toBuffer();
    expect(await decodeImage(wide)).toMatchObject({ height: 3, width: 2 });
  });

  it('lays transparent parts on white', async () => {
    const pixels = Uint8Array.of(200, 100, 0, 255, 200, 100, 0, 0, 200, 100, 0, 51);
    const picture = await decodeImage(await raw(pixels, 3, 1, 4).png().toBuffer());
    expect([...picture.data]).toEqual([200, 100, 0, 255, 255, 255, 244, 224, 204]);
    const greyAndAlpha = await raw(Uint8Array.of(0, 255, 0, 0), 2, 1, 2)
      .toColourspace('b-w')
      .png()
      .toBuffer();
    expect(await decodeImage(greyAndAlpha)).toEqual({ height: 1, width: 2, channels: 1, data: Uint8Array.of(0, 255) });
  });

  it('brings 16 bits a channel to 8, within one grey level', async () => {
    const samples = Uint16Array.of(0, 256, 0x1234, 0x80ff, 0xff00, 0xffff);
    for (const [channels, space] of [
      [1, 'grey16'],
      [3, 'rgb16'],
    ] as const) {
      const bytes = await raw(samples, 6 / channels, 1, channels)
        .toColourspace(space)
        .png()
        .toBuffer();
      expect((await sharp(bytes).metadata()).depth).toBe('ushort');
      const picture = await decodeImage(bytes);
      expect(picture.channels).toBe(channels);
      samples.forEach((sample, i) => {
        expect(Math.abs(picture.data[i]! - sample / 257)).toBeLessThanOrEqual(1);
      });
    }
  });

  it.each([
    ['text', Buffer.from('not a picture\n'), 'text'],
    ['nothing', new Uint8Array(), 'an empty file'],
    ['SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'markup (SVG, HTML or XML)'],
    ['a NumPy array', Uint8Array.of(0x93, ...Buffer.from('NUMPY'), 1, 0), 'a NumPy array (.npy)'],
    ['GIF', Buffer.from('GIF89a'), 'a GIF picture'],
    ['noise', Uint8Array.of(1, 2, 3, 250), 'bytes of an unknown kind'],
  ])('says what was found in place of a picture: %s', async (_, bytes, found) => {
    const error = await errorOf(FileFormatError, () => decodeImage(bytes, 'photo.png'));
    expect(error.message).toBe(
      `photo.png: not a supported picture: found ${found}. Give a PNG, JPEG or WebP picture, or convert it to one`,
    );
  });

  it.each(['png', 'jpeg', 'webp'] as const)('refuses a %s file cut in half', async (format) => {
    const noise = Uint8Array.from({ length: 64 * 64 * 3 }, (_, index) => (index * 7919) % 251);
    const bytes = await raw(noise, 64, 64, 3).toFormat(format).toBuffer();
    const half = bytes.subarray(0, bytes.length / 2);
    const error = await errorOf(FileFormatError, () => decodeImage(half, 'photo'));
    expect(error.message).toContain('picture that cannot be decoded');
    expect(error.cause).toBeInstanceOf(Error);
  });

  it('reads files, and names one that is not there', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'konkyo-image-'));
    const path = join(folder, 'dot.png');
    await writeFile(
      path,
      await raw(Uint8Array.of(1, 2, 3), 1, 1, 3)
        .png()
        .toBuffer(),
    );
    expect((await readImageFile(path)).data).toEqual(Uint8Array.of(1, 2, 3));
    await rm(folder, { recursive: true });
    const error = await errorOf(DatasetFileError, () => readImageFile(path));
    expect(error.message).toMatch(
      /dot\.png: the picture cannot be read \(ENOENT.*\)\. Check the path and its permissions$/,
    );
  });
});
