import { attempt } from './actions/attempt.ts';
import { openChoice, openModel } from './actions/opening.ts';
import * as state from './state.ts';
import type { InputSettings, NamedBytes } from './worker/protocol.ts';

/* Files that were dropped or chosen: a model with what belongs to it, and pictures. */

const pictureNames = /\.(png|jpe?g|webp|bmp|gif|avif)$/i;
const arrayNames = /\.(np[yz]|[ct]sv)$/i;

/** All files of a drop, those in folders too. */
export async function filesOf(transfer: DataTransfer): Promise<readonly File[]> {
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  if (entries.length === 0) return [...transfer.files];
  return (await Promise.all(entries.map(inEntry))).flat();
}

async function inEntry(entry: FileSystemEntry): Promise<readonly File[]> {
  if (entry.isFile)
    return [await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject))];
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) break;
    all.push(...some);
  }
  return (await Promise.all(all.map(inEntry))).flat();
}

export async function openFiles(files: readonly File[]): Promise<void> {
  const { open } = state.words.value;
  const models = files.filter(({ name }) => /\.onnx$/i.test(name));
  const pictures = files.filter(({ name }) => pictureNames.test(name) || arrayNames.test(name));
  const [first, second] = models;
  if (!first && pictures.length === 0) {
    const names = files
      .map(({ name }) => name)
      .slice(0, 3)
      .join(', ');
    throw new Error(open.nothing(names));
  }
  if (pictures.length > 0) addChoices(pictures);
  if (first) {
    // What came with the model is looked at, not what was looked at before.
    if (pictures[0]) state.chosen.value = pictures[0].name;
    const beside = files.filter((file) => !models.includes(file) && !pictures.includes(file));
    const described = await settingsIn(beside);
    const data = await Promise.all(beside.filter(({ name }) => !/\.(json|txt)$/i.test(name)).map(bytesOf));
    await openModel({ file: await bytesOf(first), beside: data, settings: described });
    if (second) state.notice.value = open.twoModels(first.name);
    return;
  }
  if (!state.model.value) {
    state.notice.value = open.needsModel;
    return;
  }
  const choice = state.choices.value.find(({ name }) => name === pictures[0]?.name);
  if (choice) await openChoice(choice);
}

/** So many pictures are shown small; of a folder with more, the rest by name. */
const mostThumbs = 200;

function addChoices(files: readonly File[]): void {
  const added = files.map((file, i) => ({
    ...{ name: file.name, file },
    thumb: i < mostThumbs && pictureNames.test(file.name) ? URL.createObjectURL(file) : undefined,
  }));
  const isAdded = ({ name }: state.Choice) => added.some((one) => one.name === name);
  for (const { thumb } of state.choices.value.filter(isAdded)) if (thumb) URL.revokeObjectURL(thumb);
  state.choices.value = [...added, ...state.choices.value.filter((choice) => !isAdded(choice))];
}

async function bytesOf(file: File): Promise<NamedBytes> {
  return { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) };
}

/** What MODEL.konkyo.json says of the input, and class names of a text file. */
async function settingsIn(files: readonly File[]): Promise<InputSettings> {
  const description = files.find(({ name }) => /\.konkyo\.json$/i.test(name));
  const classes = files.find(({ name }) => /\.txt$/i.test(name));
  const said: InputSettings = description ? JSON.parse((await description.text()).replace(/^\uFEFF/, '')) : {};
  return classes ? { ...said, classes: linesOf(await classes.text()) } : said;
}

export function linesOf(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

export const dropFiles = (files: readonly File[]) => attempt(() => openFiles(files));
