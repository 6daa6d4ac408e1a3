import { wordsIn } from 'konkyo';
import { language, words } from '../state.ts';
import type { MapFacts } from '../worker/protocol.ts';

/** Which sign says it to who sees no colours. */
const signs = { good: '●', fair: '◐', poor: '○', neutral: '–', unchecked: '…' } as const;
const worst = ['poor', 'fair', 'good', 'neutral'] as const;

/** How far a map can be believed. */
export function Lamp({ map }: { map: MapFacts }) {
  const { lamp } = map;
  return (
    <span class={`lamp ${lamp}`}>
      <span aria-hidden="true">{signs[lamp]}</span> {wordsIn(language.value).checks.lights[lamp]}
    </span>
  );
}

/** Why the lamp shows what it shows: the figure that decided it. */
export function reasonOf({ figures, unchecked, lamp }: MapFacts): string {
  if (unchecked) return unchecked;
  if (lamp === 'unchecked') return words.value.maps.checking;
  const [first] = figures.toSorted((a, b) => worst.indexOf(a.verdict) - worst.indexOf(b.verdict));
  return first ? `${first.label} ${first.value}. ${first.meaning}` : '';
}
