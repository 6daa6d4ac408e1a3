import type { InputDescription } from '../../model/inputDescription.ts';
import { fromModelInput, type NumberKind } from '../../model/numberDescription.ts';

/** A signal or a row of a table as it was explained, in its own unit. */
export type NumbersView =
  | { readonly kind: 'signal'; readonly channels: readonly SignalChannel[] }
  | { readonly kind: 'table'; readonly features: readonly TableFeature[] };

export interface SignalChannel {
  readonly name: string;
  readonly values: Float32Array;
}

export interface TableFeature {
  readonly name: string;
  readonly value: number;
}

/** What the cells of a map are where they are no pixels: a row for each channel of a signal, or a cell for each feature. */
export interface MapCells {
  readonly kind: NumberKind;
  readonly names: readonly string[];
}

/**
 * What a report shows of a signal or a table; undefined for an image.
 * @param data model input of one. @param names of its features, where its file says them.
 */
export function numbersView(
  data: Float32Array,
  input: InputDescription,
  names: readonly string[] = [],
): NumbersView | undefined {
  const { numbers } = input;
  if (!numbers) return undefined;
  const { kind, features } = numbers;
  const named = features.map((feature, i) => ({ ...feature, name: names[i] ?? feature.name }));
  if (kind === 'table') {
    const ownValue = (i: number) => data[i] ?? Number.NaN;
    return {
      kind,
      features: named.map((feature, i) => ({ name: feature.name, value: fromModelInput(ownValue(i), feature) })),
    };
  }
  const rows = channelRows(data, input);
  return {
    kind,
    channels: named.map((feature, channel) => ({
      name: feature.name,
      values: rows
        .subarray(channel * input.width, (channel + 1) * input.width)
        .map((value) => fromModelInput(value, feature)),
    })),
  };
}

/** One signal's values channel by channel, whatever its layout: [c * length]. */
export function channelRows(data: Float32Array, { layout, channels, width }: InputDescription): Float32Array {
  if (layout === 'NCHW') return data;
  return Float32Array.from(
    { length: data.length },
    (_, i) => data[(i % width) * channels + Math.floor(i / width)] ?? 0,
  );
}

export function cellsOf(view: NumbersView | undefined): MapCells | undefined {
  if (!view) return undefined;
  const parts = view.kind === 'table' ? view.features : view.channels;
  return { kind: view.kind, names: parts.map(({ name }) => name) };
}
