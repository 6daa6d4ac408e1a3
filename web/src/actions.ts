import { batch } from '@preact/signals';
import { engine } from './engine.ts';
import { forget as forgetSettings, remember, rememberedSettings } from './remembered.ts';
import * as state from './state.ts';
import type {
  ImageFacts,
  InputSettings,
  Language,
  ModelRequest,
  NamedBytes,
  Picture,
  Told,
} from './worker/protocol.ts';

/* What the user does. Each ends in signals; what fails is said, and nothing is left half done. */

/** The model that is open, to be opened again with other settings. */
let request: ModelRequest | undefined;
/** Counts the images opened: what comes late for one that is gone is dropped. */
let opened = 0;

export async function attempt(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    state.problem.value = error instanceof Error ? error.message : String(error);
  }
}

export const dismiss = () => {
  state.problem.value = undefined;
};

const told = (mine: number): Told => ({
  doing({ done, total, what }) {
    if (mine !== opened) return;
    const before = state.work.value;
    const goesOn = before !== undefined && before.total === total && done > 0 && done >= before.done;
    state.work.value = { done, total, what, since: goesOn ? before.since : performance.now() };
  },
  found(found) {
    if (mine === opened) state.found.value = found;
  },
});

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
  const answer = await fetch(new URL('digits.onnx', document.baseURI));
  if (!answer.ok) throw new Error(`The page's own network is not there (${answer.status}): build the app again.`);
  const file = { name: 'digits.onnx', bytes: new Uint8Array(await answer.arrayBuffer()) };
  await openModel({ file, beside: [], settings: { classes: Array.from('0123456789') } }, true);
}

/** Opens a model, with what was said of it before, and the picture that is chosen again. */
export async function openModel(asked: ModelRequest, isDemo = false): Promise<void> {
  leaveDrawing();
  opened += 1;
  batch(() => {
    forgetImage();
    state.opening.value = asked.file.name;
    state.notice.value = undefined;
    state.problem.value = undefined;
  });
  try {
    let facts = await engine.openModel(asked, told(opened));
    const kept = isDemo ? undefined : await rememberedSettings(facts.sha256);
    if (kept && Object.keys(asked.settings).length === 0) {
      request = { ...asked, settings: kept };
      facts = await engine.openModel(request, told(opened));
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
  leaveDrawing();
  state.chosen.value = name;
  await openImage({ name, bytes: new Uint8Array(await file.arrayBuffer()) }, true);
}

/** Opens an image and explains it. */
async function openImage(given: NamedBytes | { name: string; picture: Picture }, checks: boolean): Promise<void> {
  opened += 1;
  const mine = opened;
  forgetImage();
  const facts = await engine.openImage(given);
  if (mine !== opened) return;
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

async function explain(mine: number, { checks, methods }: { checks: boolean; methods?: readonly string[] }) {
  try {
    const found = await engine.explain({ methods, checks, language: state.language.value }, told(mine));
    if (mine === opened) state.found.value = found;
  } catch (error) {
    // What was ended because another image was opened is no failure of this one.
    if (mine === opened) throw error;
  } finally {
    if (mine === opened) state.work.value = undefined;
  }
}

function forgetImage(): void {
  batch(() => {
    state.image.value = undefined;
    state.edited.value = undefined;
    state.editedDecision.value = undefined;
    state.found.value = undefined;
    state.extras.value = [];
    state.regions.value = undefined;
    state.pointed.value = undefined;
    state.subject.value = 0;
    state.work.value = undefined;
  });
}

/** A drawing follows the pen: its decision and one quick map at once, all maps once the pen rests. */
let isGlancing = false;
/** What the pad shows, while it is what is looked at. */
let drawn: Picture | undefined;
let rest: ReturnType<typeof setTimeout> | undefined;
const restAfter = 450;

function leaveDrawing(): void {
  clearTimeout(rest);
  drawn = undefined;
}

export async function follow(drawing: Picture | undefined): Promise<void> {
  clearTimeout(rest);
  drawn = drawing;
  // What is still being found out is of what the pad showed before.
  opened += 1;
  if (state.work.value || !drawing) await engine.stop();
  if (!drawing) {
    batch(() => {
      forgetImage();
      state.pen.value = undefined;
    });
    return;
  }
  if (isGlancing) return;
  isGlancing = true;
  let last: Picture | undefined;
  try {
    while (drawn && drawn !== last) {
      last = drawn;
      const start = performance.now();
      const { decision, cells } = await engine.glanceWithMap(last);
      if (!drawn) return;
      const seen = last;
      batch(() => {
        forgetImage();
        state.image.value = { name: 'drawing', seen, decision, tried: [] };
        state.pen.value = { cells, milliseconds: Math.round(performance.now() - start) };
      });
    }
  } finally {
    isGlancing = false;
  }
  const picture = last;
  if (picture) rest = setTimeout(() => attempt(() => openImage({ name: 'drawing', picture }, true)), restAfter);
}

/** The decision for the changed picture, the last of several changes. */
let isDeciding = false;
export async function edit(picture: Picture): Promise<void> {
  state.edited.value = picture;
  if (isDeciding) return;
  isDeciding = true;
  try {
    let last: Picture | undefined;
    while (state.edited.value && state.edited.value !== last) {
      last = state.edited.value;
      const decided = await engine.glance(last);
      if (state.edited.value) state.editedDecision.value = decided;
    }
  } finally {
    isDeciding = false;
  }
}

export function undo(): void {
  batch(() => {
    state.edited.value = undefined;
    state.editedDecision.value = undefined;
  });
}

export async function explainEdited(): Promise<void> {
  const picture = state.edited.value;
  const name = state.image.value?.name ?? 'picture';
  if (picture) await openImage({ name: `${name} (changed)`, picture }, true);
}

export async function whyNot(rival: number): Promise<void> {
  await addExtra(() => engine.whyNot(rival, state.language.value));
}

export async function showUnit(layer: string, unit: number): Promise<void> {
  await addExtra(() => engine.unit({ layer, unit, language: state.language.value }));
}

async function addExtra(ask: () => ReturnType<typeof engine.whyNot>): Promise<void> {
  const mine = opened;
  const facts = await ask();
  if (mine !== opened) return;
  batch(() => {
    state.extras.value = [...state.extras.value.filter(({ key }) => key !== facts.key), facts];
    state.selected.value = facts.key;
  });
}

export async function addMethod(id: string): Promise<void> {
  await explain(opened, { checks: true, methods: [id] });
  state.selected.value = state.maps.value.findLast((map) => map.id === id)?.key;
}

export async function chooseTool(tool: state.Tool): Promise<void> {
  state.tool.value = tool;
  state.pointed.value = undefined;
  if (tool !== 'hide' || state.regions.value || !state.model.value?.isLive) return;
  const mine = opened;
  try {
    const regions = await engine.regions(told(mine));
    if (mine === opened) state.regions.value = regions;
  } finally {
    if (mine === opened && state.found.value?.step === 'done') state.work.value = undefined;
  }
}

export async function speak(language: Language): Promise<void> {
  state.language.value = language;
  localStorage.setItem('language', language);
  if (state.found.value) state.found.value = (await engine.inWords(language)) ?? state.found.value;
}

export function look(theme: state.Theme): void {
  state.theme.value = theme;
  localStorage.setItem('theme', theme);
}

export const skip = () => engine.skip();
export const stop = () => engine.stop();

export async function take(asked: Parameters<typeof engine.take>[0]): Promise<void> {
  const { name, type, contents } = await engine.take(asked);
  const address = URL.createObjectURL(new Blob([contents], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The download has begun by then.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
