import type { Classifier } from '../../model/classifier.ts';
import type { InputDescription } from '../../model/inputDescription.ts';
import { normalise } from '../../model/pixels.ts';
import { float32, sizeOf, type Tensor } from '../../onnx/tensor.ts';

type Described = Pick<Classifier, 'input'>;

/** Model input for brightness 0, and how much more it is for brightness 1, for each channel, as they broadcast to images. */
export function pixelRange({ input }: Described): {
  readonly low: Tensor<'float32'>;
  readonly span: Tensor<'float32'>;
} {
  const { channels, layout } = input;
  const dims = layout === 'NCHW' ? [channels, 1, 1] : [channels];
  const low = Array.from({ length: channels }, (_, c) => normalise(0, c, input));
  const span = low.map((value, c) => normalise(255, c, input) - value);
  return { low: float32(dims, low), span: float32(dims, span) };
}

/** Images by brightness, 0 to 1, as model input. */
export function fromBrightness(images: Tensor<'float32'>, described: Described): Tensor<'float32'> {
  const { low, span } = pixelRange(described);
  const channelOf = channels(described.input, images);
  return float32(
    images.dims,
    images.data.map((value, i) => (low.data[channelOf(i)] ?? 0) + value * (span.data[channelOf(i)] ?? 0)),
  );
}

/** Gradients as images: what they have of positive parts per brightness, the largest of each map at full brightness. */
export function brightenedMaps(maps: Tensor<'float32'>, described: Described): Tensor<'float32'> {
  const { span } = pixelRange(described);
  const channelOf = channels(described.input, maps);
  const size = sizeOf(maps.dims.slice(1));
  const byBrightness = maps.data.map((value, i) => Math.max(0, value * (span.data[channelOf(i)] ?? 0)));
  for (let from = 0; from < byBrightness.length; from += size) {
    const map = byBrightness.subarray(from, from + size);
    const largest = map.reduce((max, value) => Math.max(max, value), 0);
    if (largest > 0) for (let i = 0; i < size; i++) map[i] = (map[i] ?? 0) / largest;
  }
  return fromBrightness(float32(maps.dims, byBrightness), described);
}

function channels({ layout, channels: count }: InputDescription, images: Tensor): (element: number) => number {
  const plane = layout === 'NCHW' ? sizeOf(images.dims.slice(2)) : 1;
  return (element) => Math.floor(element / plane) % count;
}
