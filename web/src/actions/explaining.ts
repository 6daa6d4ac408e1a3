import { batch } from '@preact/signals';
import { engine } from '../engine.ts';
import * as state from '../state.ts';
import { current, isCurrent, told } from './current.ts';

export async function explain(mine: number, { checks, methods }: { checks: boolean; methods?: readonly string[] }) {
  try {
    const found = await engine.explain({ methods, checks, language: state.language.value }, told(mine));
    if (!isCurrent(mine)) return;
    state.found.value = found;
    await measureRegions(mine);
  } catch (error) {
    // What was ended because another image was opened is no failure of this one.
    if (isCurrent(mine)) throw error;
  } finally {
    if (isCurrent(mine)) state.work.value = undefined;
  }
}

/** What each part of the picture is worth, so that pointing at one answers at once. */
async function measureRegions(mine: number): Promise<void> {
  if (state.regions.value || !state.model.value?.isLive || state.model.value.takes !== 'picture') return;
  const regions = await engine.regions(told(mine));
  if (isCurrent(mine)) state.regions.value = regions;
}

export async function whyNot(rival: number): Promise<void> {
  await addExtra(() => engine.whyNot(rival, state.language.value));
}

export async function showUnit(layer: string, unit: number): Promise<void> {
  await addExtra(() => engine.unit({ layer, unit, language: state.language.value }));
}

async function addExtra(ask: () => ReturnType<typeof engine.whyNot>): Promise<void> {
  const mine = current();
  const facts = await ask();
  if (!isCurrent(mine)) return;
  batch(() => {
    state.extras.value = [...state.extras.value.filter(({ key }) => key !== facts.key), facts];
    state.selected.value = facts.key;
  });
}

export async function addMethod(id: string): Promise<void> {
  await explain(current(), { checks: true, methods: [id] });
  state.selected.value = state.maps.value.findLast((map) => map.id === id)?.key;
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
