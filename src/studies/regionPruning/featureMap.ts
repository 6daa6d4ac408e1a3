/** How the inputs of a dense layer lie in space: the flattened values of an image, or of a convolution's feature map. */
export interface FeatureMap {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** The order in which they were flattened: channels first, or last. */
  readonly layout: 'NCHW' | 'NHWC';
}

/** Values of the map, which are the layer's inputs. */
export function inputCount({ channels, height, width }: FeatureMap): number {
  return channels * height * width;
}

/** One position of a feature map. */
export interface Place {
  readonly channel: number;
  readonly y: number;
  readonly x: number;
}

/** Where an input of the layer lies in the map. */
export function placeOf({ channels, height, width, layout }: FeatureMap, input: number): Place {
  if (layout === 'NHWC') {
    const cell = Math.floor(input / channels);
    return { channel: input % channels, y: Math.floor(cell / width), x: cell % width };
  }
  const cell = input % (height * width);
  return { channel: Math.floor(input / (height * width)), y: Math.floor(cell / width), x: cell % width };
}

/** How far apart neighbours are among the layer's inputs: along x, along y, and from channel to channel. */
export function stridesOf({ channels, height, width, layout }: FeatureMap): {
  readonly x: number;
  readonly y: number;
  readonly channel: number;
} {
  return layout === 'NHWC'
    ? { x: channels, y: width * channels, channel: 1 }
    : { x: 1, y: width, channel: height * width };
}
