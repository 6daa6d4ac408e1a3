import type { MethodMap } from '../attribution/explain.ts';
import type { Method } from '../attribution/method.ts';
import { wordsIn } from '../language/words.ts';
import { inTenths, stopIfAborted, type WorkOptions } from '../progress.ts';
import { type IndexRow, indexRow } from '../report/explanation/manyImages/indexRow.ts';
import { partName, renderFront, renderPart, rowsAPart } from '../report/explanation/manyImages/renderIndex.ts';
import { emptyTally, type Tally, tallied } from '../report/explanation/manyImages/tally.ts';
import { interruptedWords } from '../report/page/provenance.ts';
import { provenanceOf } from '../report/page/provenanceView.ts';
import { methodsFor, mostMethods } from './defaultMethods.ts';
import type { ExplainedImages } from './explained.ts';
import { explainPart, nothingDone } from './explainImages.ts';
import { type ExplainSummary, imageSummaries, ofModel } from './explainSummary.ts';
import type { ImageSource } from './imageSources.ts';
import { type Refusals, refusalsOf } from './leftOut.ts';
import type { WriteReportOptions } from './reportOutput.ts';
import { pictureFiles, renderReport, reportView } from './reportView.ts';
import { type SavedImage, savedArchive, savedImages } from './savedArrays.ts';
import type { Subjects } from './subjects.ts';

/** What is kept of the images that are done; of rows, those of the index's first part and of the one that grows. */
interface Done {
  readonly tally: Tally;
  readonly front: readonly IndexRow[];
  readonly rows: readonly IndexRow[];
  readonly summaries: ExplainSummary['images'];
  /** Where the maps are wanted as arrays. */
  readonly saved: readonly SavedImage[];
  readonly mapTitle: string | undefined;
}

/**
 * Explains many images some at a time: each gets a page of its own, `images/00001.html`, which is written as soon as it is
 * explained, and a row in the index. Memory does not grow with the images that are done, but for the maps that are wanted as
 * arrays. After a signal the index is of those that are done.
 * @throws as `explainImages`
 */
export async function writeManyImages(
  subjects: Subjects,
  sources: readonly ImageSource[],
  options: WriteReportOptions,
): Promise<ExplainSummary> {
  const { signal, output } = options;
  await checkSources(sources, options);
  const refusals = refusalsOf(options.message);
  const size = imagesAtATime(subjects, options);
  let done: Done = { tally: emptyTally, front: [], rows: [], summaries: [], saved: [], mapTitle: undefined };
  let [tried, missing] = [0, [] as readonly string[]];
  let first: ExplainedImages | undefined;
  const methods = new Map<string, Method>();
  while (tried < sources.length && !signal?.aborted) {
    const chunk = sources.slice(tried, tried + size);
    tried += chunk.length;
    const images = await Promise.all(chunk.map((source) => source.read()));
    const which = `Images ${tried - chunk.length + 1} to ${tried} of ${sources.length}`;
    const part = await explainPart(subjects, images, partOptions(options, refusals, which), refusals);
    if (!part) continue;
    first ??= part;
    for (const method of part.methods) methods.set(method.id, method);
    if (done.tally.images === 0) await output.clear?.();
    done = await writePart(part, done, options);
    missing = part.missing;
  }
  if (!first) throw nothingDone(refusals, signal);
  const rest = sources.length - tried;
  const left = [...missing, ...(rest > 0 ? [`${rest} of ${sources.length} images`] : [])];
  await output.writeArrays?.(savedArchive(done.saved, { methods: methodsOf(done.saved), input: subjects.input }));
  return {
    report: await writeIndex({ ...first, methods: [...methods.values()] }, done, options, refusals, left),
    task: first.task,
    ...ofModel(first.classifier),
    leftOut: refusals.summary(),
    interrupted: left.length > 0 ? left : undefined,
    images: done.summaries,
  };
}

/** Reads every image once and drops it: one that cannot be read is found before hours of work, not after. */
async function checkSources(sources: readonly ImageSource[], { progress, signal }: WorkOptions): Promise<void> {
  const read = inTenths(progress, 'Reading the images');
  for (const [i, source] of sources.entries()) {
    stopIfAborted(signal);
    read(i, sources.length);
    await source.read();
  }
  progress?.(10, 10, 'done');
}

/** Maps of so many bytes are in memory at a time. */
const partBytes = 128e6;
const mostAtATime = 100;

/** Depends on the sizes alone, so that the same command gives the same bytes. */
function imagesAtATime({ input }: Subjects, { methods }: WriteReportOptions): number {
  const bytes = 4 * input.height * input.width * input.channels * (mostMethods(methods) + 3);
  return Math.max(1, Math.min(mostAtATime, Math.floor(partBytes / bytes)));
}

function partOptions(options: WriteReportOptions, refusals: Refusals, which: string): WriteReportOptions {
  return {
    ...options,
    // What was refused as a whole would be refused again.
    methods: (classifier) => methodsFor(options.methods, classifier).filter((method) => !refusals.has(method)),
    progress: (done, total, what) => options.progress?.(done, total, `${which}: ${what}`),
  };
}

async function writePart(part: ExplainedImages, before: Done, options: WriteReportOptions): Promise<Done> {
  const { output, pictures } = options;
  // The command names all images: it stands on the index alone.
  const view = reportView(part, { ...options, command: undefined });
  let { tally, front, rows } = before;
  for (const image of view.explained) {
    const number = tally.images + 1;
    const numbered = { ...image, id: `${number}-${image.name}` };
    const page = { ...view, title: `${view.title}: ${image.name}`, explained: [numbered] };
    const name = `images/${String(number).padStart(5, '0')}.html`;
    const index = `../${partName(Math.floor((number - 1) / rowsAPart))}`;
    await output.write({ name, contents: renderReport(page, { index }) });
    for (const picture of pictures ? pictureFiles(page) : []) await output.write(picture);
    const row = indexRow(numbered, name, wordsIn(options.language ?? 'en'));
    tally = tallied(tally, row);
    rows = [...rows, row];
    if (rows.length === rowsAPart) {
      const full = tally.images / rowsAPart - 1;
      if (full === 0) front = rows;
      else await writeRows(options, rows, full, before.mapTitle);
      rows = [];
    }
  }
  return {
    tally,
    front,
    rows,
    summaries: [...before.summaries, ...imageSummaries(part)],
    saved: output.writeArrays ? [...before.saved, ...savedImages(part)] : [],
    mapTitle: before.mapTitle ?? view.explained[0]?.maps[0]?.title,
  };
}

async function writeRows(
  { modelName, title = modelName, language, output }: WriteReportOptions,
  rows: readonly IndexRow[],
  part: number,
  mapTitle: string | undefined,
): Promise<void> {
  await output.write({ name: partName(part), contents: renderPart({ title, rows, part, mapTitle, language }) });
}

/** The index last, so that it never names a page that is not there. */
async function writeIndex(
  { explained, methods }: Pick<ExplainedImages, 'explained' | 'methods'>,
  { tally, front, rows, mapTitle }: Done,
  options: WriteReportOptions,
  refusals: Refusals,
  left: readonly string[],
): Promise<string> {
  const { modelName, command, title = modelName, language, generatedAt, author, output } = options;
  const last = Math.ceil(tally.images / rowsAPart) - 1;
  if (last > 0 && rows.length > 0) await writeRows(options, rows, last, mapTitle);
  const provenance = provenanceOf(explained, {
    file: modelName,
    methods,
    notes: refusals.notes(),
    ...{ command, language, generatedAt, author },
  });
  const notice = left.length > 0 ? interruptedWords(left, wordsIn(language ?? 'en')) : undefined;
  const part = { title, language, rows: front.length > 0 ? front : rows, part: 0, mapTitle, notice };
  return output.write({ name: partName(0), contents: renderFront(part, { tally, parts: last + 1, provenance }) });
}

function methodsOf(images: readonly SavedImage[]): MethodMap['method'][] {
  return [...new Set(images.flatMap(({ explanation: { maps } }) => maps.map(({ method }) => method)))];
}
