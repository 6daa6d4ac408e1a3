import type { Facts, ValueFacts } from './facts.ts';

/** Facts in which every size that is not the same in all runs is NaN. The runs are of equally many images. */
export function withOpenSizes(facts: Facts, others: readonly Facts[]): Facts {
  const open = [...facts].flatMap(([name, known]): [string, ValueFacts][] => {
    const dims = others.map((other) => other.get(name)?.dims ?? known.dims);
    const same = (size: number, axis: number) =>
      dims.every((other) => other.length === known.dims.length && other[axis] === size);
    if (known.dims.every(same) && dims.every(({ length }) => length === known.dims.length)) return [];
    return [[name, { ...known, dims: known.dims.map((size, axis) => (same(size, axis) ? size : Number.NaN)) }]];
  });
  return open.length === 0 ? facts : new Map([...facts, ...open]);
}

/** The values that have such a size. */
export function openSizes(facts: Facts): string[] {
  return [...facts].flatMap(([name, { dims }]) => (dims.some(Number.isNaN) ? [name] : []));
}
