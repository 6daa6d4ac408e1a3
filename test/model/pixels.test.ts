import { describe, expect, it } from 'vitest';
import { InputDescriptionError, InvalidInputError } from '../../src/model/errors.ts';
import { describeInput, type InputSettings, parseInputSettings } from '../../src/model/inputDescription.ts';
import { baselineImage, sumChannels, toInput, toPixels } from '../../src/model/pixels.ts';
import type { Picture } from '../../src/pictures/picture.ts';
import { value } from '../networks.ts';

const picture: Picture = {
  height: 2,
  width: 3,
  channels: 3,
  data: Uint8Array.from({ length: 18 }, (_, i) => (i * 37) % 256),
};
const nchw = value('x', ['n', 3, 2, 3]);
const nhwc = value('x', ['n', 2, 3, 3]);

describe('a picture as model input', () => {
  it('is (pixel * scale - mean) / std, colour by colour, in the order the model takes them', () => {
    const settings: InputSettings = { order: 'BGR', scale: 1, mean: [104, 117, 123], std: [1, 2, 4] };
    const { dims, data } = toInput(picture, describeInput(nchw, settings));
    expect(dims).toEqual([1, 3, 2, 3]);
    const pixel = (y: number, x: number, c: number) => picture.data[(y * 3 + x) * 3 + c]!;
    // Blue first: its mean is the first.
    expect(data[0]).toBeCloseTo(pixel(0, 0, 2) - 104, 5);
    expect(data[6 + 1 * 3 + 2]).toBeCloseTo((pixel(1, 2, 1) - 117) / 2, 5);
    expect(data[12 + 5]).toBeCloseTo((pixel(1, 2, 0) - 123) / 4, 5);
  });

  it('is scaled to 0..1 and no more unless told otherwise', () => {
    const { data } = toInput(picture, describeInput(nhwc, {}));
    expect(describeInput(nhwc, {}).layout).toBe('NHWC');
    expect(Math.max(...data)).toBeLessThanOrEqual(1);
    expect(data[0]).toBeCloseTo(picture.data[0]! / 255, 6);
  });

  it.each([
    { layout: 'NCHW' as const, input: nchw },
    { layout: 'NHWC' as const, input: nhwc },
  ])('comes back from $layout, in either order, as the same picture', ({ layout, input }) => {
    for (const order of ['RGB', 'BGR'] as const) {
      const description = describeInput(input, { layout, order, mean: [0.485, 0.456, 0.406], std: [0.2, 0.3, 0.4] });
      expect(toPixels(toInput(picture, description).data, description)).toEqual(picture);
    }
  });

  it('becomes grey or coloured as the model takes it, and another size is refused', () => {
    const grey = toInput(picture, describeInput(value('x', [1, 1, 2, 3]), { scale: 1 }));
    const [r, g, b] = picture.data;
    expect(grey.dims).toEqual([1, 1, 2, 3]);
    expect(grey.data[0]).toBe(Math.round(0.299 * r! + 0.587 * g! + 0.114 * b!));
    const coloured = toInput(
      { ...picture, channels: 1, data: Uint8Array.of(1, 2, 3, 4, 5, 6) },
      describeInput(nchw, { scale: 1 }),
    );
    expect([...coloured.data]).toEqual([1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6]);
    expect(() => toInput({ ...picture, height: 3, width: 2 }, describeInput(nchw, {}))).toThrow(InvalidInputError);
  });

  it('has a baseline that is a pixel value, and maps that are summed over colours', () => {
    const description = describeInput(nchw, { scale: 1, mean: [10, 20, 30], std: [1, 2, 5] });
    expect([...baselineImage(50, description).data]).toEqual([
      ...Array(6).fill(40),
      ...Array(6).fill(15),
      ...Array(6).fill(4),
    ]);
    const map = Float32Array.from({ length: 18 }, (_, i) => i);
    expect([...sumChannels(map, description)]).toEqual([18, 21, 24, 27, 30, 33]);
  });
});

describe('MODEL.konkyo.json', () => {
  const parse = (text: string) => parseInputSettings(text, 'model.konkyo.json');

  it('says all there is to say', () => {
    const text = '{"size":[48,192],"layout":"NCHW","order":"BGR","scale":1,"mean":[1,2,3],"std":2,"classes":["a","b"]}';
    expect(describeInput(value('x', ['n', 3, 'h', 'w']), parse(text))).toEqual({
      ...{ layout: 'NCHW', height: 48, width: 192, channels: 3, order: 'BGR', scale: 1 },
      ...{ mean: [1, 2, 3], std: [2, 2, 2], classes: ['a', 'b'] },
    });
  });

  it.each([
    { text: '{', says: /model\.konkyo\.json is not valid JSON/ },
    {
      text: '7',
      says: /model\.konkyo\.json: it is 7, but must be an object with fields\. The fields are layout, size/,
    },
    { text: '{"colour":"RGB"}', says: /colour/ },
    { text: '{"order":"GBR"}', says: /order is "GBR", but must be "RGB" or "BGR"\./ },
    { text: '{"size":0}', says: /size/ },
    { text: '{"size":[224,0.5]}', says: /size/ },
    { text: '{"scale":"1/255"}', says: /scale/ },
    { text: '{"scale":0}', says: /scale/ },
    { text: '{"mean":[0,"a",0]}', says: /mean/ },
    { text: '{"classes":{"0":"a"}}', says: /classes/ },
  ])('$text is refused', ({ text, says }) => {
    expect(() => parse(text)).toThrow(InputDescriptionError);
    expect(() => parse(text)).toThrow(says);
  });

  it.each([
    { settings: { mean: [1, 2] }, says: /mean has 2 numbers, but the model's input has 3 channels/ },
    { settings: { std: 0 }, says: /std must not be 0/ },
    { settings: { size: 5 }, says: /height 5, but the model's input is fixed at 2/ },
  ])('$settings does not fit the model', ({ settings, says }) => {
    expect(() => describeInput(nchw, settings)).toThrow(InputDescriptionError);
    expect(() => describeInput(nchw, settings)).toThrow(says);
  });

  it('has to give a size that the model leaves open', () => {
    const open = value('x', ['n', 3, 'h', undefined]);
    expect(() => describeInput(open, {})).toThrow(/height open \("x" is \[n, 3, h, \?\]\).*--size HEIGHTxWIDTH/);
  });
});
