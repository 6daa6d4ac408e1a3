import { words } from '../state.ts';
import type { MapFacts } from '../worker/protocol.ts';

/** What a map is called among the others. */
export function titleOf({ title, rival }: MapFacts): string {
  return rival === undefined ? title : words.value.maps.ratherThan(title, rival);
}
