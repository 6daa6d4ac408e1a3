import { type CheckedMap, lampOfMap } from './checks.ts';
import type { Lamp } from './lamp.ts';

const order: readonly Lamp[] = ['good', 'fair', 'neutral', 'unchecked', 'poor'];

/**
 * Maps by how far their checks let one believe them, the best first: by their lamp, and of one lamp by how much sooner the model
 * decides otherwise, and decides so, than along a random map. What was not checked comes before what failed, in its own order.
 */
export function ranked<M extends CheckedMap>(maps: readonly M[]): M[] {
  const place = new Map(maps.map((map) => [map, { lamp: order.indexOf(lampOfMap(map)), lead: leadOf(map) }]));
  return maps.toSorted((a, b) => {
    const [one, other] = [place.get(a), place.get(b)];
    return (one?.lamp ?? 0) - (other?.lamp ?? 0) || (other?.lead ?? 0) - (one?.lead ?? 0);
  });
}

/** Both areas' distance from the random map's; 0 where they were not measured. */
function leadOf({ checks }: CheckedMap): number {
  const found = checks?.['deletion-insertion'];
  if (!found) return 0;
  const { curves, random } = found;
  return random.deletion.area - curves.deletion.area + (curves.insertion.area - random.insertion.area);
}

/** Values that are proportional to one another show the same. */
const alike = 0.999;

/** Maps of one target that show the same but for their scale: the first of each kind, and the others that show it too. */
export function distinct<M extends CheckedMap>(maps: readonly M[]): { readonly map: M; readonly also: readonly M[] }[] {
  const found: { readonly map: M; readonly also: M[] }[] = [];
  for (const map of maps) {
    const same = found.find((one) => isSame(one.map, map));
    if (same) same.also.push(map);
    else found.push({ map, also: [] });
  }
  return found;
}

function isSame(one: CheckedMap, other: CheckedMap): boolean {
  if (JSON.stringify(one.target) !== JSON.stringify(other.target)) return false;
  if (one.layer !== other.layer || one.values.data.length !== other.values.data.length) return false;
  return cosine(one.values.data, other.values.data) > alike;
}

/** 0 where a map is 0 everywhere, or has values that are no numbers: nothing is the same as that. */
function cosine(one: Float32Array, other: Float32Array): number {
  let [both, own, others] = [0, 0, 0];
  for (let i = 0; i < one.length; i++) {
    const [a, b] = [one[i] ?? 0, other[i] ?? 0];
    both += a * b;
    own += a * a;
    others += b * b;
  }
  const size = Math.sqrt(own * others);
  return size > 0 ? both / size : 0;
}
