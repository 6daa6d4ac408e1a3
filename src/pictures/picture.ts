/** A picture as bytes 0..255, `[height, width, channels]` row by row; one channel is grey, three are red, green, blue. */
export interface Picture {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  readonly data: Uint8Array;
}
