import { wordsIn } from 'konkyo';
import { useState } from 'preact/hooks';
import { attempt, describeInput, forget, settingsNow } from '../actions.ts';
import { linesOf } from '../dropped.ts';
import * as state from '../state.ts';
import type { InputFacts, InputSettings, TriedFacts } from '../worker/protocol.ts';
import { percent } from './numbers.ts';

/** How pixels become the model's input: shown, tried other ways, and changed. */
export function InputPanel() {
  const { input: text } = state.words.value;
  const model = state.model.value;
  if (!model || model.takes !== 'picture') return null;
  const guess = state.guess.value;
  const own = state.image.value?.tried ?? [];
  const tried = own.length > 0 ? own : (guess?.tried ?? []).map((way) => ({ ...way, isUsed: way === guess?.taken }));
  const isAssumed = own.length > 0 || guess !== undefined;
  return (
    <details class="fold" open={isAssumed && new Set(tried.map(({ label }) => label)).size > 1 && !state.isDemo.value}>
      <summary>
        {text.title}
        {isAssumed && <span class="flag"> {text.assumed}</span>}
      </summary>
      <p class="measure">{text.lede}</p>
      {tried.length > 0 && (
        <>
          <h3>{text.tried}</h3>
          <ul class="tried">
            {tried.map(({ name, settings, isUsed, label, share }) => (
              <li key={`${name}-${settings.order}`}>
                <span>{wayWords({ name, settings })}</span>
                <strong>{label}</strong>
                <span class="number">{share === undefined ? '' : percent(share)}</span>
                {isUsed ? (
                  <span class="note">{text.used}</span>
                ) : (
                  <button type="button" onClick={() => attempt(() => describeInput({ ...settingsNow(), ...settings }))}>
                    {text.use}
                  </button>
                )}
              </li>
            ))}
          </ul>
        </>
      )}
      <Form
        key={model.sha256 + JSON.stringify(model.input)}
        input={model.input}
        labels={model.areNamed ? model.labels : []}
      />
      {state.isRemembered.value && (
        <p class="note">
          {text.kept}{' '}
          <button type="button" class="plain" onClick={() => attempt(forget)}>
            {text.forget}
          </button>
        </p>
      )}
    </details>
  );
}

/** One way from pixels to input, by its name. */
export function wayWords({ name, settings }: Pick<TriedFacts, 'name' | 'settings'>): string {
  return wordsIn(state.language.value).assumptions.wayName(name, settings.order);
}

interface Fields {
  readonly layout: string;
  readonly size: string;
  readonly order: string;
  readonly scale: string;
  readonly mean: string;
  readonly std: string;
  readonly classes: string;
}

/** Only what was changed is said of the model; the rest stays as it is. */
function Form({ input, labels }: { input: InputFacts; labels: readonly string[] }) {
  const { input: text } = state.words.value;
  const before: Fields = {
    layout: input.layout,
    size: `${input.height}x${input.width}`,
    order: input.order,
    scale: fraction(input.scale),
    mean: input.mean.join(', '),
    std: input.std.join(', '),
    classes: labels.join('\n'),
  };
  const [fields, set] = useState(before);
  const field = (name: keyof Fields) => ({
    value: fields[name],
    onInput: ({ currentTarget: { value } }: { readonly currentTarget: { readonly value: string } }) =>
      set({ ...fields, [name]: value }),
  });
  return (
    <form
      class="input-form"
      onSubmit={(event) => {
        event.preventDefault();
        attempt(() => describeInput({ ...settingsNow(), ...changed(before, fields) }));
      }}
    >
      <p class="note wide">{text.formula}</p>
      <label>
        {text.layout}
        <select {...field('layout')}>
          <option>NCHW</option>
          <option>NHWC</option>
        </select>
      </label>
      <label>
        {text.size}
        <input {...field('size')} />
      </label>
      {input.channels === 3 && (
        <label>
          {text.order}
          <select {...field('order')}>
            <option>RGB</option>
            <option>BGR</option>
          </select>
        </label>
      )}
      <label>
        {text.scale}
        <input {...field('scale')} />
      </label>
      <label>
        {text.mean}
        <input {...field('mean')} />
      </label>
      <label>
        {text.std}
        <input {...field('std')} />
      </label>
      <label class="wide">
        {text.classes}
        <textarea rows={4} {...field('classes')} />
      </label>
      <p class="wide">
        <button type="submit" class="main">
          {text.apply}
        </button>
      </p>
    </form>
  );
}

/** 1/255 as people write it. */
function fraction(scale: number): string {
  const inverse = 1 / scale;
  return scale !== 1 && Math.abs(inverse - Math.round(inverse)) < 1e-9 * inverse
    ? `1/${Math.round(inverse)}`
    : String(scale);
}

function changed(before: Fields, now: Fields): InputSettings {
  const isNew = (name: keyof Fields) => now[name].trim() !== before[name].trim();
  const numbers = (text: string) =>
    text
      .split(/[,\s]+/)
      .filter(Boolean)
      .map(numberOf);
  const [height = Number.NaN, width = height] = now.size.split(/[x×*]/i).map(numberOf);
  return {
    ...(isNew('layout') ? { layout: now.layout === 'NHWC' ? 'NHWC' : 'NCHW' } : {}),
    ...(isNew('size') ? { size: [height, width] } : {}),
    ...(isNew('order') ? { order: now.order === 'BGR' ? 'BGR' : 'RGB' } : {}),
    ...(isNew('scale') ? { scale: numberOf(now.scale) } : {}),
    ...(isNew('mean') ? { mean: numbers(now.mean) } : {}),
    ...(isNew('std') ? { std: numbers(now.std) } : {}),
    ...(isNew('classes') ? { classes: linesOf(now.classes) } : {}),
  };
}

/** A number, or a quotient of two. What is none is refused with the model's own message. */
function numberOf(text: string): number {
  const [above = '', below = '1'] = text.trim().split('/');
  return above.trim() === '' ? Number.NaN : Number(above) / Number(below);
}
