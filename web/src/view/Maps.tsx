import { useState } from 'preact/hooks';
import { attempt } from '../actions/attempt.ts';
import { addMethod, skip, stop } from '../actions/explaining.ts';
import * as state from '../state.ts';
import type { MapFacts } from '../worker/protocol.ts';
import { Lamp, Reason } from './Lamp.tsx';
import { Layer } from './Layer.tsx';
import { drawLayer, drawPicture } from './layers.ts';
import { percent } from './numbers.ts';
import { titleOf } from './titleOf.ts';

/** All maps so far, small, each with how far it can be believed. */
export function Maps() {
  const { maps: text } = state.words.value;
  const all = state.maps.value;
  return (
    <section class="maps" aria-labelledby="maps">
      <h2 id="maps">{text.title}</h2>
      <Progress />
      {all.length === 0 && <p class="nothing">{state.image.value ? text.waiting : ''}</p>}
      <ul class="cards">
        {all.map((map) => (
          <li key={map.key}>
            <Card map={map} />
          </li>
        ))}
      </ul>
      {state.map.value && <Details map={state.map.value} />}
      <MoreMethods />
      <LeftOut />
    </section>
  );
}

function Card({ map }: { map: MapFacts }) {
  const seen = state.image.value?.seen;
  const layer = (state.isInPatches.value ? map.patches : undefined) ?? map.cells;
  const isSelected = state.map.value?.key === map.key;
  return (
    <button
      type="button"
      class="card"
      aria-pressed={isSelected}
      onClick={() => {
        state.selected.value = map.key;
      }}
    >
      <span class="thumb" style={seen && { aspectRatio: `${seen.width} / ${seen.height}` }}>
        {seen && <Layer of={seen} class="faint" draw={(canvas) => drawPicture(canvas, seen)} />}
        <Layer of={layer} class={seen ? 'over sharp' : 'sharp'} draw={(canvas) => drawLayer(canvas, layer)} />
      </span>
      <span class="title">{titleOf(map)}</span>
      <Lamp map={map} />
    </button>
  );
}

function Details({ map }: { map: MapFacts }) {
  const { maps: text, view } = state.words.value;
  return (
    <div class="details">
      <h3>{titleOf(map)}</h3>
      <p>{map.about}</p>
      <p>
        <Lamp map={map} />{' '}
        <span class="note">
          <Reason map={map} />
        </span>
      </p>
      {map.kept && <p>{text.kept(percent(map.kept.underNoise), percent(map.kept.underOthers))}</p>}
      {map.isEvidence && <p class="note">{view.legend}</p>}
      {map.notes.map((note) => (
        <p class="note" key={note}>
          {note}
        </p>
      ))}
      {map.figures.length > 0 && (
        <details>
          <summary>{text.all}</summary>
          <dl class="figures">
            {map.figures.map(({ label, value, meaning, verdict }) => (
              <div key={label}>
                <dt>
                  <span class={`lamp ${verdict}`} aria-hidden="true" />
                  {label} <span class="number">{value}</span>
                </dt>
                <dd class="note">{meaning}</dd>
              </div>
            ))}
          </dl>
          {Object.keys(map.settings).length > 0 && (
            <p class="note">
              {text.settings}:{' '}
              {Object.entries(map.settings)
                .map(([name, value]) => `${name} ${value}`)
                .join(', ')}
            </p>
          )}
        </details>
      )}
    </div>
  );
}

function MoreMethods() {
  const { maps: text } = state.words.value;
  const [asked, ask] = useState('');
  const methods = state.model.value?.methods ?? [];
  const isThere = new Set(state.maps.value.map(({ id }) => id));
  const others = methods.filter(({ id }) => !isThere.has(id));
  if (state.found.value?.step !== 'done' || others.length === 0) return null;
  const id = others.some((one) => one.id === asked) ? asked : (others[0]?.id ?? '');
  return (
    <p class="beside">
      <label>
        {text.more}{' '}
        <select value={id} onChange={({ currentTarget }) => ask(currentTarget.value)}>
          {others.map((one) => (
            <option key={one.id} value={one.id}>
              {one.title}
            </option>
          ))}
        </select>
      </label>
      <button type="button" onClick={() => attempt(() => addMethod(id))}>
        {text.add}
      </button>
    </p>
  );
}

function LeftOut() {
  const { maps: text } = state.words.value;
  const leftOut = state.found.value?.leftOut ?? [];
  if (leftOut.length === 0) return null;
  return (
    <details>
      <summary>
        {text.leftOut} ({leftOut.length})
      </summary>
      <ul>
        {leftOut.map((reason) => (
          <li class="note" key={reason}>
            {reason}
          </li>
        ))}
      </ul>
    </details>
  );
}

/** What is being done, how long it takes still, and how to end it. */
function Progress() {
  const { progress: text } = state.words.value;
  const work = state.work.value;
  if (!work) return null;
  const { done, total, what, since } = work;
  const isCounted = total > 1;
  const seconds = (performance.now() - since) / 1000;
  const left = done > 0 ? (seconds / done) * (total - done) : undefined;
  const label = what === 'regions' ? text.regions : what;
  return (
    <div class="progress">
      <progress max={total} value={isCounted ? done : undefined} aria-label={label} />
      <p class="note">
        {isCounted ? text.of(label, done, total) : label}
        {left !== undefined && ` · ${text.left(left)}`}
      </p>
      <p class="beside">
        <button type="button" onClick={() => attempt(skip)}>
          {text.skip}
        </button>
        <button type="button" onClick={() => attempt(stop)}>
          {text.stop}
        </button>
      </p>
    </div>
  );
}
