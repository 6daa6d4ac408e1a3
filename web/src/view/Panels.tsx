import { useState } from 'preact/hooks';
import { attempt } from '../actions/attempt.ts';
import { showUnit, take } from '../actions/explaining.ts';
import digits from '../digits.onnx?url';
import * as state from '../state.ts';
import { Layer } from './Layer.tsx';
import { drawPart, drawPicture } from './layers.ts';

/* What is asked for less often, below the evidence. */

export function WhatWouldChange() {
  const { change } = state.words.value;
  const seen = state.image.value?.seen;
  const hidden = state.found.value?.subjects[state.subject.value]?.hidden;
  if (!hidden || !seen) return null;
  const { mask } = hidden;
  return (
    <section class="change" aria-labelledby="change">
      <h2 id="change">{change.title}</h2>
      <div class="beside-text">
        <span class="thumb" style={{ aspectRatio: `${seen.width} / ${seen.height}` }}>
          <Layer of={seen} draw={(canvas) => drawPicture(canvas, seen)} />
          <Layer
            of={mask}
            class="over sharp"
            draw={(canvas) => drawPart(canvas, { ...seen, isIn: (pixel) => mask[pixel] === 1 })}
          />
        </span>
        <ul class="sentences">
          {hidden.sentences.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      </div>
    </section>
  );
}

export function Layers() {
  const { layers: text } = state.words.value;
  const layers = state.model.value?.layers ?? [];
  const [chosen, choose] = useState(layers.length - 1);
  const [unit, setUnit] = useState(0);
  const layer = layers[chosen] ?? layers.at(-1);
  if (!layer || !state.found.value) return null;
  return (
    <details class="fold">
      <summary>{text.title}</summary>
      <p>{text.lede}</p>
      <p class="beside">
        <label>
          {text.layer}{' '}
          <select value={layers.indexOf(layer)} onChange={({ currentTarget }) => choose(Number(currentTarget.value))}>
            {layers.map(({ name, operator, units }, i) => (
              <option key={`${i}-${name}`} value={i}>
                {name} ({operator}, {units})
              </option>
            ))}
          </select>
        </label>
        <label>
          {text.unit(layer.units - 1)}{' '}
          <input
            type="number"
            min="0"
            max={layer.units - 1}
            value={Math.min(unit, layer.units - 1)}
            onInput={({ currentTarget }) => setUnit(Number(currentTarget.value))}
          />
        </label>
        <button type="button" onClick={() => attempt(() => showUnit(layer.name, Math.min(unit, layer.units - 1)))}>
          {text.show}
        </button>
      </p>
    </details>
  );
}

export function Take() {
  const { take: text } = state.words.value;
  const [isCopied, setCopied] = useState(false);
  const found = state.found.value;
  const map = state.map.value;
  const language = state.language.value;
  if (!found || !state.model.value) return null;
  const isOwn = map && !state.extras.value.includes(map);
  const isOfFile = state.chosen.value === state.image.value?.name;
  const asked = (kind: 'report' | 'arrays' | 'picture') => () => attempt(() => take({ kind, language }));
  return (
    <section class="take" aria-labelledby="take">
      <h2 id="take">{text.title}</h2>
      <p class="beside">
        <button type="button" class="main" title={text.reportHint} onClick={asked('report')}>
          {text.report}
        </button>
        <button type="button" onClick={asked('arrays')}>
          {text.arrays}
        </button>
        {!isOfFile && (
          <button type="button" onClick={asked('picture')}>
            {text.picture}
          </button>
        )}
        {isOwn && (
          <button type="button" onClick={() => attempt(() => take({ kind: 'overlay', key: map.key, language }))}>
            {text.overlay}
          </button>
        )}
        {isOwn && state.model.value.isLive && (
          <button
            type="button"
            title={text.explainerHint}
            onClick={() => attempt(() => take({ kind: 'explainer', method: map.id, language }))}
          >
            {text.explainer}
          </button>
        )}
      </p>
      <p class="note">
        {text.command}
        {state.isDemo.value && (
          <>
            {' ('}
            <a href={digits} download="digits.onnx">
              {text.network}
            </a>
            )
          </>
        )}
      </p>
      <p class="command">
        <code>{found.command}</code>
        <button
          type="button"
          class="plain"
          onClick={() =>
            attempt(async () => {
              await navigator.clipboard.writeText(found.command);
              setCopied(true);
            })
          }
        >
          {isCopied ? text.copied : text.copy}
        </button>
      </p>
    </section>
  );
}

export function About() {
  const { about: text } = state.words.value;
  const model = state.model.value;
  if (!model) return null;
  const { name, sha256, bytes, notes } = model;
  return (
    <details class="fold">
      <summary>{text.title}</summary>
      <dl class="facts">
        <div>
          <dt>{name}</dt>
          <dd>
            {(bytes / 1e6).toFixed(bytes < 1e6 ? 3 : 1)} MB, {model.task}, {model.input.layout} {model.input.channels} ×{' '}
            {model.input.height} × {model.input.width}, {model.seconds} s
          </dd>
        </div>
        <div>
          <dt>{text.hash}</dt>
          <dd>
            <code>{sha256}</code>
          </dd>
        </div>
        {notes.length > 0 && (
          <div>
            <dt>{text.notes}</dt>
            <dd lang="en">{notes.join(' ')}</dd>
          </div>
        )}
      </dl>
    </details>
  );
}
