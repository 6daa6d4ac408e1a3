import { ArgumentError } from '../argumentError.ts';
import { writeNpz } from '../datasets/npz.ts';
import type { ReportView } from '../report/explanation/view.ts';
import { fromArray } from './arrayImages.ts';
import type { ExplainedImages } from './explained.ts';
import { explainImages } from './explainImages.ts';
import { type ExplainSummary, explainSummary, type MapArrays, mapArrays } from './explainSummary.ts';
import type { WriteReportOptions } from './reportOutput.ts';
import { reportFiles, reportView } from './reportView.ts';
import type { InputPart } from './severalInputs.ts';
import type { Subjects } from './subjects.ts';

/** What differs from model to model, and how a part's is loaded. */
interface SeveralInputsOptions extends Omit<WriteReportOptions, 'target' | 'unit'> {
  readonly load: (part: InputPart) => Promise<Subjects>;
}

/** A part, explained: what it adds to the page, the summary and the arrays. */
interface Explained {
  readonly part: InputPart;
  readonly view: ReportView;
  readonly summary: ExplainSummary;
  /** By place in the report, one row each. */
  readonly arrays: ReadonlyMap<number, MapArrays>;
}

/**
 * Explains a model of several inputs and writes one page of it: for each image, the map of each explained input while the others are
 * held as they are in that image. Models are loaded one after the other.
 * @throws as `explainImages`
 */
export async function writeSeveralInputs(
  parts: readonly InputPart[],
  { load, ...options }: SeveralInputsOptions,
): Promise<ExplainSummary> {
  const done: Explained[] = [];
  for (const part of parts) {
    const subjects = await load(part);
    try {
      done.push(await explainPart(part, subjects, options));
    } finally {
      await subjects.release();
    }
  }
  const [first] = done;
  if (!first) throw new ArgumentError('There are no parts to explain.');
  const { output } = options;
  await output.writeArrays?.(writeNpz(joinedArrays(done)));
  const files = reportFiles(joinedView(done, first.view), options);
  let page = '';
  for (const file of files) page = await output.write(file);
  await output.finish?.(files.map(({ name }) => name));
  return joinedSummary(done, first.summary, page);
}

async function explainPart(part: InputPart, subjects: Subjects, options: WriteReportOptions): Promise<Explained> {
  const images = part.images.flatMap(({ name, array }) => fromArray(array, name, subjects));
  const found = await explainImages(subjects, images, options);
  return {
    part,
    view: reportView(found, options),
    summary: explainSummary(found, ''),
    arrays: new Map(part.images.flatMap(({ name, place }) => arraysOf(found, name).map((arrays) => [place, arrays]))),
  };
}

function arraysOf({ methods, images }: ExplainedImages, name: string): readonly MapArrays[] {
  const own = images.filter(({ image }) => image.name === name);
  return own.map(({ explanation, classifier }) => mapArrays(methods, [explanation], classifier.input));
}

/** What parts have of single images, in the order of the report. */
function inOrder<T>(
  done: readonly Explained[],
  of: (one: Explained) => readonly (T & { readonly name: string })[],
): T[] {
  const placed = done.flatMap((one) =>
    of(one).map((image) => ({ image, place: one.part.images.find(({ name }) => name === image.name)?.place ?? 0 })),
  );
  return placed.sort((a, b) => a.place - b.place).map(({ image }) => image);
}

function joinedView(done: readonly Explained[], first: ReportView): ReportView {
  const explained = inOrder(done, ({ view }) => view.explained);
  const unique = (all: readonly string[]) => [...new Set(all)];
  const { provenance } = first;
  const perInput = [...new Map(done.map((one) => [one.part.inputName, one.view.provenance.input])).values()];
  const settings = done.flatMap(({ view }) => view.provenance.settings);
  return {
    ...first,
    cautions: unique(done.flatMap(({ view }) => view.cautions ?? [])),
    notice: done.find(({ view }) => view.notice !== undefined)?.view.notice,
    explained: explained.map((image, i) => ({ ...image, id: `${i + 1}-${image.name}` })),
    provenance: {
      ...provenance,
      input: perInput.flat(),
      settings: settings.filter(
        ({ label, value }, i) => settings.findIndex((row) => row.label === label && row.value === value) === i,
      ),
    },
  };
}

function joinedSummary(done: readonly Explained[], first: ExplainSummary, report: string): ExplainSummary {
  const leftOut = done.flatMap(({ summary }) => summary.leftOut ?? []);
  const interrupted = done.flatMap(({ summary }) => summary.interrupted ?? []);
  return {
    ...first,
    report,
    cautions: [...new Set(done.flatMap(({ summary }) => summary.cautions))],
    notes: [...new Set(done.flatMap(({ summary }) => summary.notes))],
    leftOut: leftOut.length > 0 ? leftOut : undefined,
    interrupted: interrupted.length > 0 ? [...new Set(interrupted)] : undefined,
    images: inOrder(done, ({ part, summary }) =>
      summary.images.map((image) => ({ ...image, explainedInput: part.inputName })),
    ),
  };
}

/** `METHOD/INPUT`, its rows in the order of the report; without the input's name where one alone is explained. */
function joinedArrays(done: readonly Explained[]): MapArrays {
  const isOne = new Set(done.map(({ part }) => part.inputName)).size === 1;
  const rows = done
    .flatMap(({ part, arrays }) => [...arrays].map(([place, own]) => ({ place, own, inputName: part.inputName })))
    .sort((a, b) => a.place - b.place);
  const joined = new Map<string, { readonly dims: readonly number[]; readonly data: number[] }>();
  for (const { own, inputName } of rows) {
    for (const [method, { dims, data }] of own) {
      const name = isOne ? method : `${method}/${inputName}`;
      const before = joined.get(name);
      if (!before) joined.set(name, { dims, data: Array.from<number | bigint, number>(data, Number) });
      else {
        for (const value of data) before.data.push(Number(value));
        joined.set(name, { ...before, dims: [(before.dims[0] ?? 0) + 1, ...before.dims.slice(1)] });
      }
    }
  }
  return new Map(
    [...joined].map(([name, { dims, data }]) => [name, { type: 'float32', dims, data: Float32Array.from(data) }]),
  );
}
