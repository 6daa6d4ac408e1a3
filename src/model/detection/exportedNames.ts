import type { Model } from '../../onnx/graph.ts';

/** One entry of a dictionary as Python prints it: `0: 'person'`. */
const entry = /(?<!\d)(\d{1,6})\s{0,9}:\s{0,9}(?:'([^']*)'|"([^"]*)")/g;

/**
 * The class names that exporters of YOLO models leave in a model's metadata, under `names`, as a Python dictionary of index and name;
 * undefined where there are none for every index from 0 on.
 */
export function exportedNames({ metadata }: Pick<Model, 'metadata'>): readonly string[] | undefined {
  const found = [...(metadata.get('names') ?? '').matchAll(entry)].map(
    ([, index, single, double]) => [Number(index), single ?? double ?? ''] as const,
  );
  const names = found.toSorted(([a], [b]) => a - b).map(([, name]) => name);
  return found.length > 0 && found.every(([index]) => index < found.length) ? names : undefined;
}
