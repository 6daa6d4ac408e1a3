import { effect } from '@preact/signals';
import { render } from 'preact';
import './style.css';
import { attempt } from './actions/attempt.ts';
import { openDemo, start } from './actions/opening.ts';
import { keepForOffline } from './offline.ts';
import * as state from './state.ts';
import { App } from './view/App.tsx';

const root = document.getElementById('app');
if (!root) throw new Error('The page has no place for the app.');

const [language, theme] = [localStorage.getItem('language'), localStorage.getItem('theme')];
if (language === 'en' || language === 'ja') state.language.value = language;
if (theme === 'light' || theme === 'dark') state.theme.value = theme;

effect(() => {
  document.documentElement.lang = state.language.value;
  document.title = state.words.value.title;
});
effect(() => {
  const { value } = state.theme;
  if (value === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = value;
});

render(<App />, root);
attempt(async () => {
  const { kept } = await keepForOffline();
  void kept.then((problem) => {
    state.isKept.value = problem === undefined;
  });
  await start();
  if (!state.opening.value && !state.model.value) await openDemo();
});
