import { useEffect, useState } from 'preact/hooks';
import { attempt, dismiss } from '../actions/attempt.ts';
import { openChoice } from '../actions/opening.ts';
import { dropFiles, filesOf } from '../dropped.ts';
import * as state from '../state.ts';
import { Decision } from './Decision.tsx';
import { DrawPad } from './DrawPad.tsx';
import { Footer, Header } from './Header.tsx';
import { InputPanel, wayWords } from './InputPanel.tsx';
import { Maps } from './Maps.tsx';
import { percent } from './numbers.ts';
import { About, Layers, Take, WhatWouldChange } from './Panels.tsx';
import { Viewer } from './Viewer.tsx';

export function App() {
  const { tagline, lede, open } = state.words.value;
  const isOver = useDrop();
  const model = state.model.value;
  return (
    <>
      <Header />
      <main class={isOver ? 'over-page' : ''} data-step={state.work.value ? undefined : state.found.value?.step}>
        <div class="hero">
          <h1>{model && !state.isDemo.value ? model.name : tagline}</h1>
          {(!model || state.isDemo.value) && <p class="lede">{lede}</p>}
        </div>
        <Says />
        <div class="board">
          <div class="given">
            {model?.isForDrawings && <DrawPad key={model.sha256} />}
            <Pictures />
            <p class="drop">
              <strong>{open.drop}</strong> {open.dropHint}
            </p>
          </div>
          <Viewer />
          <Decision />
        </div>
        <Maps />
        <WhatWouldChange />
        <Take />
        <div class="folds">
          <InputPanel />
          <Layers />
          <About />
        </div>
      </main>
      <Footer />
    </>
  );
}

/** What is going on, what went wrong, what has to be known first. */
function Says() {
  const { open, errors, about } = state.words.value;
  const cautions = state.model.value?.cautions ?? [];
  return (
    <div class="says" aria-live="polite">
      {state.opening.value && (
        <p class="opening">
          <progress aria-label={state.opening.value} /> {open.opening(state.opening.value)}…
        </p>
      )}
      <Guess />
      {state.notice.value && <p class="notice">{state.notice.value}</p>}
      {state.problem.value && (
        <div class="problem" role="alert">
          <p>
            <strong>{errors.failed}.</strong> <span lang="en">{state.problem.value}</span>
          </p>
          <button type="button" onClick={dismiss}>
            {errors.close}
          </button>
        </div>
      )}
      {cautions.length > 0 && !state.isDemo.value && (
        <div class="notice">
          <strong>{about.cautions}</strong>
          {cautions.map((caution) => (
            <p key={caution} lang="en">
              {caution}
            </p>
          ))}
        </div>
      )}
    </div>
  );
}

/** How pixels became input, where that was guessed. */
function Guess() {
  const { input } = state.words.value;
  const guess = state.guess.value;
  const used = guess?.tried.find(({ isUsed }) => isUsed);
  if (!guess || !used) return null;
  const { taken } = guess;
  const [share, otherShare] = [taken, used].map(({ share: one = 0 }) => percent(one));
  return (
    <p class="notice">{input.guessed(wayWords(taken), share ?? '', wayWords(used), used.label, otherShare ?? '')}</p>
  );
}

function Pictures() {
  const { picture: text } = state.words.value;
  const choices = state.choices.value;
  if (choices.length === 0) return null;
  return (
    <section aria-labelledby="pictures">
      <h2 id="pictures">{choices.length === 1 ? text.title : `${text.list} (${choices.length})`}</h2>
      <ul class="choices">
        {choices.map((choice) => (
          <li key={choice.name}>
            <button
              type="button"
              title={choice.name}
              aria-pressed={choice.name === state.chosen.value}
              onClick={() => attempt(() => openChoice(choice))}
            >
              {choice.thumb ? <img src={choice.thumb} alt="" loading="lazy" /> : null}
              <span>{choice.name}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Files may be dropped anywhere on the page. */
function useDrop(): boolean {
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    const over = (event: DragEvent) => {
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent) => {
      event.preventDefault();
      setOver(false);
      if (event.dataTransfer) attempt(async () => dropFiles(await filesOf(event.dataTransfer ?? new DataTransfer())));
    };
    addEventListener('dragover', over);
    addEventListener('dragleave', leave);
    addEventListener('drop', drop);
    return () => {
      removeEventListener('dragover', over);
      removeEventListener('dragleave', leave);
      removeEventListener('drop', drop);
    };
  }, []);
  return isOver;
}
