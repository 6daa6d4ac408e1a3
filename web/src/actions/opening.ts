import { batch } from '@preact/signals';
import digits from '../digits.onnx?url';
import { engine } from '../engine.ts';
import { forget as forgetSettings, remember, rememberedSettings } from '../remembered.ts';
import * as state from '../state.ts';
import type { ImageFacts, InputSettings, ModelRequest, NamedBytes, Picture } from '../worker/protocol.ts';
import { begin, forgetImage, isCurrent, told } from './current.ts';
import { explain } from './explaining.ts';

/** The model that is open, to be opened again with other settings. */
let request: ModelRequest | undefined;

export async function start(): Promise<void> {
  const address = new URLSearchParams(location.search);
  const device = address.get('device');
  const threads = address.get('threads');
  state.machine.value = await engine.start({
    device: device === 'webgpu' || device === 'wasm' ? device : undefined,
    threads: threads === null ? undefined : Number(threads),
  });
}

/** Opens the small network that the page comes with. */
export async function openDemo(): Promise<void> {
  const answer = await fetch(digits);
  if (!answer.ok) throw new Error(`The page's own network is not there (${answer.status}): build the app again.`);
  const file = { name: 'digits.onnx', bytes: new Uint8Array(await answer.arrayBuffer()) };
  await openModel({ file, beside: [], settings: { classes: Array.from('0123456789') } }, true);
}

/** Opens a model, with what was said of it before, and the picture that is chosen again. */
export async function openModel(asked: ModelRequest, isDemo = false): Promise<void> {
  const mine = begin();
  batch(() => {
    forgetImage();
    state.opening.value = asked.file.name;
    state.notice.value = undefined;
    state.problem.value = undefined;
  });
  try {
    let facts = await engine.openModel(asked, told(mine));
    const kept = isDemo ? undefined : await rememberedSettings(facts.sha256);
    if (kept && Object.keys(asked.settings).length === 0) {
      request = { ...asked, settings: kept };
      facts = await engine.openModel(request, told(mine));
    } else request = asked;
    batch(() => {
      state.model.value = facts;
      state.isDemo.value = isDemo;
      state.isRemembered.value = kept !== undefined;
      if (!request?.isGuessed) state.guess.value = undefined;
      state.tool.value = 'look';
      if (isDemo) state.choices.value = [];
    });
  } catch (error) {
    batch(() => {
      state.model.value = undefined;
      state.isDemo.value = false;
      request = undefined;
    });
    throw error;
  } finally {
    state.opening.value = undefined;
  }
  const [first] = state.choices.value;
  const again = state.choices.value.find(({ name }) => name === state.chosen.value) ?? first;
  if (again) await openChoice(again);
}

/** So much surer is a guess than what a model is taken to want where nobody says it. */
const atLeast = 0.5;
const times = 2;

/** The way from pixels to input that is far surer than the usual default, where it decides otherwise. */
function surerWay(tried: ImageFacts['tried']): ImageFacts['tried'][number] | undefined {
  const used = tried.find(({ isUsed }) => isUsed);
  const [best] = tried.toSorted((a, b) => (b.share ?? 0) - (a.share ?? 0));
  if (!best || !used || best.label === used.label) return undefined;
  return (best.share ?? 0) >= Math.max(atLeast, times * (used.share ?? 0)) ? best : undefined;
}

/** The same model with its input described otherwise, which is kept for it. */
export async function describeInput(settings: InputSettings): Promise<void> {
  if (!request || !state.model.value) return;
  const { sha256 } = state.model.value;
  const demo = state.isDemo.value;
  await openModel({ ...request, settings, isGuessed: false }, demo);
  state.isRemembered.value = !demo && (await remember(sha256, settings));
}

export const settingsNow = (): InputSettings => request?.settings ?? {};

export async function forget(): Promise<void> {
  if (!request || !state.model.value) return;
  await forgetSettings(state.model.value.sha256);
  await openModel({ ...request, settings: {} });
}

export async function openChoice({ name, file }: state.Choice): Promise<void> {
  state.chosen.value = name;
  await openImage({ name, bytes: new Uint8Array(await file.arrayBuffer()) }, true);
}

/** Opens an image and explains it. */
export async function openImage(
  given: NamedBytes | { name: string; picture: Picture },
  checks: boolean,
): Promise<void> {
  const mine = begin();
  forgetImage();
  const facts = await engine.openImage(given);
  if (!isCurrent(mine)) return;
  const taken = surerWay(facts.tried);
  if (taken && request) {
    // Nobody said how pixels become input: the page says what it took, and what the other ways would decide.
    state.guess.value = { tried: facts.tried, taken };
    return openModel({ ...request, settings: { ...request.settings, ...taken.settings }, isGuessed: true });
  }
  batch(() => {
    state.image.value = facts;
    state.selected.value = undefined;
    state.compared.value = undefined;
  });
  await explain(mine, { checks });
}
