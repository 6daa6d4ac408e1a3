import { describe, expect, it } from 'vitest';
import { ArgumentError } from '../../src/argumentError.ts';
import { fromImageData, imageAt } from '../../src/model/fromImageData.ts';
import { describeInput } from '../../src/model/inputDescription.ts';
import { float32 } from '../../src/onnx/tensor.ts';
import { divergingColour } from '../../src/pictures/colours.ts';
import { heatmap, overlay } from '../../src/pictures/rgba.ts';
import { value } from '../networks.ts';

const map = { height: 1, width: 2, values: [2, -1] };
const pixel = ({ data }: { data: Uint8ClampedArray }, i: number) => [...data.subarray(4 * i, 4 * i + 4)];

describe('pixels of a map', () => {
  it('are the colours of the report, opaque, full at the largest size', () => {
    const drawn = heatmap(map);
    expect([drawn.height, drawn.width]).toEqual([1, 2]);
    expect(pixel(drawn, 0)).toEqual([...divergingColour(1), 255]);
    expect(pixel(drawn, 1)).toEqual([...divergingColour(-0.5), 255]);
    expect(pixel(heatmap({ ...map, values: [Number.NaN, 0] }), 0)).toEqual([...divergingColour(Number.NaN), 255]);
  });

  it('are stretched in blocks, or between the middles of cells', () => {
    const size = { height: 2, width: 4 };
    const blocks = heatmap(map, { size });
    const row = [0, 1, 2, 3].map((i) => pixel(blocks, i));
    expect(row).toEqual([2, 2, -1, -1].map((one) => [...divergingColour(one / 2), 255]));
    // The second pixel's middle lies a quarter of the way from the first cell's to the second's.
    const smooth = heatmap(map, { size, stretch: 'bilinear' });
    for (const [i, one] of [2, 1.25, -0.25, -1].entries())
      expect(pixel(smooth, i)).toEqual([...divergingColour(one / 2), 255]);
  });

  it('over a picture leave it as it is where the map is 0', () => {
    const picture = { height: 1, width: 2, channels: 1, data: Uint8Array.of(100, 50) } as const;
    const drawn = overlay({ ...map, values: [2, 0] }, picture, { opacity: 0.5 });
    for (const [i, part] of divergingColour(1).entries())
      expect(Math.abs(pixel(drawn, 0)[i]! - (100 + 0.5 * (part - 100)))).toBeLessThanOrEqual(0.5);
    expect(pixel(drawn, 1)).toEqual([50, 50, 50, 255]);
  });

  it.each([
    () => heatmap({ ...map, values: [1] }),
    () => heatmap(map, { size: { height: 0, width: 2 } }),
    () => overlay(map, { height: 1, width: 2, channels: 3, data: new Uint8Array(2) }),
    () => overlay(map, { height: 1, width: 1, channels: 1, data: new Uint8Array(1) }, { opacity: 2 }),
  ])('of nonsense are refused: %#', (draw) => expect(draw).toThrow(ArgumentError));
});

describe('pixels of a canvas', () => {
  const input = describeInput(value('x', ['n', 3, 1, 2]), { scale: 1 });
  it('become model input; what is transparent shows white', () => {
    const data = Uint8ClampedArray.of(10, 20, 30, 255, 10, 20, 30, 0);
    const image = fromImageData({ width: 2, height: 1, data }, input);
    expect([image.dims, [...image.data]]).toEqual([
      [1, 3, 1, 2],
      [10, 255, 20, 255, 30, 255],
    ]);
    expect(() => fromImageData({ width: 3, height: 1, data }, input)).toThrow(ArgumentError);
  });

  it('and images of a batch are counted from 0', () => {
    const batch = float32([2, 1, 1, 2], [1, 2, 3, 4]);
    expect([...imageAt(batch, 1).data]).toEqual([3, 4]);
    for (const index of [-1, 2, 0.5]) expect(() => imageAt(batch, index)).toThrow(ArgumentError);
  });
});
