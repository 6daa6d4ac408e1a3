import { wordsIn } from 'konkyo';
import { extras, language, words } from '../state.ts';
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

/** Why the lamp shows what it shows: the figure that decided it, of equal ones what was measured by hiding pixels. */
export function Reason({ map }: { map: MapFacts }) {
  const { figures, unchecked, lamp } = map;
  if (unchecked) return <span lang="en">{unchecked}</span>;
  const { checking, ofAnother } = words.value.maps;
  if (lamp === 'unchecked') return <>{extras.value.includes(map) ? ofAnother : checking}</>;
  const rank = ({ verdict, aspect }: MapFacts['figures'][number]) =>
    2 * worst.indexOf(verdict) + Number(aspect !== 'faithfulness');
  const [first] = figures.toSorted((a, b) => rank(a) - rank(b));
  if (!first) return null;
  return (
    <>
      <strong>
        {first.label} {first.value}
      </strong>{' '}
      {first.meaning}
    </>
  );
}
