import { attempt } from '../actions/attempt.ts';
import { whyNot } from '../actions/explaining.ts';
import * as state from '../state.ts';
import type { DecisionFacts } from '../worker/protocol.ts';
import { percent, quantity } from './numbers.ts';

/** So many classes are shown; any other can be asked for. */
const shown = 5;

/** What the model says, how sure, and what came after. */
export function Decision() {
  const { decision: text, open } = state.words.value;
  const { value: facts } = state.decision;
  const model = state.model.value;
  return (
    <section class="decision" id="decision" aria-labelledby="decision-title" tabIndex={-1}>
      <h2 id="decision-title">{text.title}</h2>
      <div aria-live="polite">
        {facts ? (
          <Said facts={facts} />
        ) : (
          <p class="nothing">
            {model && !state.isDemo.value && !state.image.value
              ? model.takes === 'picture'
                ? open.needsPicture
                : open.needsNumbers
              : ''}
          </p>
        )}
        {!facts && <Boxes />}
      </div>
      {facts && facts.value === undefined && model && <Classes facts={facts} labels={model.labels} />}
    </section>
  );
}

function Said({ facts }: { facts: DecisionFacts }) {
  const { decision: text } = state.words.value;
  const before = state.editedDecision.value ? state.image.value?.decision : undefined;
  if (facts.value !== undefined) return <p class="said">{text.value(quantity(facts.value))}</p>;
  return (
    <>
      <p class="said">
        <strong>{facts.label}</strong> <span class="sure">{sureness(facts)}</span>
      </p>
      {before && (
        <p class={before.chosen === facts.chosen ? 'note' : 'flip'}>
          {before.chosen === facts.chosen ? text.same : text.changed(before.label)}
        </p>
      )}
    </>
  );
}

function sureness({ shares, scores, chosen, areShares }: DecisionFacts): string {
  const { decision: text } = state.words.value;
  const share = shares?.[chosen];
  if (share === undefined) return text.score(quantity(scores[chosen] ?? Number.NaN));
  return areShares === 'probabilities' ? text.sure(percent(share)) : text.ifLogits(percent(share));
}

function Classes({ facts, labels }: { facts: DecisionFacts; labels: readonly string[] }) {
  const { decision: text } = state.words.value;
  const ranked = Array.from(facts.scores.keys()).sort((a, b) => (facts.scores[b] ?? 0) - (facts.scores[a] ?? 0));
  const best = ranked.slice(0, labels.length <= 10 ? 10 : shown);
  const top = Math.max(...facts.scores);
  const low = Math.min(...best.map((index) => facts.scores[index] ?? 0));
  const widthOf = (index: number) =>
    facts.shares ? (facts.shares[index] ?? 0) : ((facts.scores[index] ?? 0) - low) / (top - low || 1);
  const canAsk = state.image.value !== undefined && !state.editedDecision.value && state.found.value !== undefined;
  return (
    <>
      <ol class="classes">
        {best.map((index) => {
          const label = labels[index] ?? String(index);
          const isChosen = index === facts.chosen;
          return (
            <li key={index} class={isChosen ? 'chosen' : ''}>
              <button
                type="button"
                disabled={isChosen || !canAsk}
                title={isChosen ? undefined : text.whyNot(label)}
                onClick={() => attempt(() => whyNot(index))}
              >
                <span class="label">{label}</span>
                <span class="bar" style={{ '--share': widthOf(index) }} aria-hidden="true" />
                <span class="number">
                  {facts.shares ? percent(facts.shares[index] ?? 0) : quantity(facts.scores[index] ?? 0)}
                </span>
              </button>
            </li>
          );
        })}
      </ol>
      {canAsk && <p class="note">{text.whyNotHint}</p>}
      {canAsk && labels.length > 10 && (
        <label class="search">
          {text.search}{' '}
          <input
            list="classes"
            onChange={({ currentTarget }) => {
              const index = labels.indexOf(currentTarget.value);
              if (index >= 0 && index !== facts.chosen) attempt(() => whyNot(index));
            }}
          />
          <datalist id="classes">
            {labels.map((label, i) => (
              <option key={`${i}-${label}`} value={label} />
            ))}
          </datalist>
        </label>
      )}
    </>
  );
}

/** Of a model that finds several things: which of them is looked at. */
function Boxes() {
  const { decision: text } = state.words.value;
  const subjects = state.found.value?.subjects ?? [];
  if (subjects.length === 0) return null;
  return (
    <>
      <h3>{text.boxes}</h3>
      <ul class="plain">
        {subjects.map(({ name, says }, i) => (
          <li key={`${i}-${name}`}>
            <button type="button" aria-pressed={state.subject.value === i} onClick={() => (state.subject.value = i)}>
              {name}: {says}
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
