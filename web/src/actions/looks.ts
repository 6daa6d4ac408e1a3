import { engine } from '../engine.ts';
import * as state from '../state.ts';
import type { Language } from '../worker/protocol.ts';

export async function speak(language: Language): Promise<void> {
  state.language.value = language;
  localStorage.setItem('language', language);
  if (state.found.value) state.found.value = (await engine.inWords(language)) ?? state.found.value;
}

export function look(theme: state.Theme): void {
  state.theme.value = theme;
  localStorage.setItem('theme', theme);
}
