import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { MethodMap } from '../attribution/explain.ts';
import { type IndexRow, indexRow } from '../report/explanation/manyImages/indexRow.ts';
import { partName, renderFront, renderPart, rowsAPart } from '../report/explanation/manyImages/renderIndex.ts';
import { emptyTally, type Tally, tallied } from '../report/explanation/manyImages/tally.ts';
import { renderReport } from '../report/explanation/renderReport.ts';
import { reportPictures } from '../report/explanation/reportPictures.ts';
import type { ReportView } from '../report/explanation/view.ts';
import { provenanceOf } from '../report/page/provenanceView.ts';
import { removeEarlierPictures } from './earlierReport.ts';
import { type ExplainedPart, type ExplainJob, explainPart, interruptedWords, nothingDone } from './explainJob.ts';
import { type ExplainSummary, mapArchive, ofModel, summaryOf } from './explainSummary.ts';
import type { ImageSource } from './inputs.ts';
import { interruption, stopIfInterrupted } from './interruption.ts';
import { leftOutOf, type Refusals, refusalsOf } from './leftOut.ts';
import { writeWhole } from './output.ts';
import { version } from './version.ts';

export type ExplainManyJob = Omit<ExplainJob, 'images'> & { readonly sources: readonly ImageSource[] };

/** What is kept of the images that are done; of rows, those of the index's first part and of the one that grows. */
interface Done {
  readonly tally: Tally;
  readonly front: readonly IndexRow[];
  readonly rows: readonly IndexRow[];
  readonly summaries: ExplainSummary['images'];
  /** For --save. */
  readonly explanations: ExplainedPart['explanations'];
  readonly mapTitle: string | undefined;
}

/**
 * Explains many images some at a time: each gets a page of its own, `OUT/images/00001.html`, which is written as soon as it
 * is explained, and a row in the index. Memory does not grow with the images that are done, but for the maps of `--save`.
 * After a signal the index is of those that are done.
 * @throws as `runExplainJob`
 */
export async function explainMany(job: ExplainManyJob): Promise<ExplainSummary> {
  const { unit, progress, sources, out } = job;
  try {
    await checkSources(job);
    const refusals = refusalsOf(progress);
    const size = imagesAtATime(job);
    let done: Done = { tally: emptyTally, front: [], rows: [], summaries: [], explanations: [], mapTitle: undefined };
    let [tried, missing] = [0, [] as readonly string[]];
    while (tried < sources.length && !interruption.aborted) {
      const chunk = sources.slice(tried, tried + size);
      tried += chunk.length;
      const part = await explainPart(await partJob(job, chunk, tried, refusals), refusals);
      if (!part) continue;
      if (done.tally.images === 0) await clear(out);
      done = await writePart(job, part, done);
      missing = part.missing;
    }
    if (done.tally.images === 0) throw nothingDone(refusals);
    const rest = sources.length - tried;
    const left = [...missing, ...(rest > 0 ? [`${rest} of ${sources.length} images`] : [])];
    if (job.save) await writeWhole(job.save, mapArchive(methodsOf(done.explanations), done.explanations));
    return {
      report: await writeIndex(job, done, refusals, left),
      ...ofModel(job.classifier),
      ...(refusals.all.length > 0 ? { leftOut: refusals.all.map(leftOutOf) } : {}),
      ...(left.length > 0 ? { interrupted: left } : {}),
      images: done.summaries,
    };
  } finally {
    await unit?.classifier.release();
  }
}

/** Reads every image once and drops it: one that cannot be read is found before hours of work, not after. */
async function checkSources({ sources, progress }: ExplainManyJob): Promise<void> {
  let shown = -1;
  for (const [i, source] of sources.entries()) {
    stopIfInterrupted();
    const tenth = Math.floor((10 * i) / sources.length);
    if (tenth > shown) progress.update(tenth, 10, 'Reading the images');
    shown = tenth;
    await source.read();
  }
  progress.finish();
}

/** Maps of so many bytes are in memory at a time. */
const partBytes = 128e6;
const mostAtATime = 100;

/** Depends on the sizes alone, so that the same command gives the same bytes. */
function imagesAtATime({ classifier: { input }, methods }: ExplainManyJob): number {
  const bytes = 4 * input.height * input.width * input.channels * (methods.length + 3);
  return Math.max(1, Math.min(mostAtATime, Math.floor(partBytes / bytes)));
}

async function partJob(
  job: ExplainManyJob,
  chunk: readonly ImageSource[],
  tried: number,
  refusals: Refusals,
): Promise<ExplainJob> {
  const { progress, sources } = job;
  const images = await Promise.all(chunk.map((source) => source.read()));
  const which = `Images ${tried - chunk.length + 1} to ${tried} of ${sources.length}`;
  return {
    ...job,
    images,
    // What was refused as a whole would be refused again.
    methods: job.methods.filter(
      (method) => !refusals.all.some((one) => one.method === method && one.image === undefined),
    ),
    progress: { ...progress, update: (done, total, what) => progress.update(done, total, `${which}: ${what}`) },
  };
}

/** An earlier report would lie about pages that are being replaced. */
async function clear(out: string): Promise<void> {
  await rm(join(out, 'index.html'), { force: true });
  await removeEarlierPictures(out);
}

async function writePart(job: ExplainManyJob, part: ExplainedPart, before: Done): Promise<Done> {
  const { view } = part;
  // The command names all images: it stands on the index alone.
  const { command: _, ...provenance } = view.provenance;
  let { tally, front, rows } = before;
  for (const image of view.explained) {
    const number = tally.images + 1;
    const numbered = { ...image, id: `${number}-${image.name}` };
    const page: ReportView = { ...view, title: `${view.title}: ${image.name}`, explained: [numbered], provenance };
    const name = `${String(number).padStart(5, '0')}.html`;
    const index = `../${partName(Math.floor((number - 1) / rowsAPart))}`;
    await writeWhole(join(job.out, 'images', name), renderReport(page, { index }));
    if (job.pictures) {
      for (const picture of reportPictures(page))
        await writeWhole(join(job.out, 'pictures', picture.name), picture.png);
    }
    const row = indexRow(numbered, `images/${name}`);
    tally = tallied(tally, row);
    rows = [...rows, row];
    if (rows.length === rowsAPart) {
      const number = tally.images / rowsAPart - 1;
      if (number === 0) front = rows;
      else await writeRows(job, rows, number, before.mapTitle);
      rows = [];
    }
  }
  return {
    tally,
    front,
    rows,
    summaries: [...before.summaries, ...summaryOf(part.job, part.explanations, '').images],
    explanations: job.save ? [...before.explanations, ...part.explanations] : [],
    mapTitle: before.mapTitle ?? view.explained[0]?.maps[0]?.title,
  };
}

async function writeRows(
  { out, title }: ExplainManyJob,
  rows: readonly IndexRow[],
  part: number,
  mapTitle: string | undefined,
): Promise<void> {
  await writeWhole(join(out, partName(part)), renderPart({ title, rows, part, ...(mapTitle ? { mapTitle } : {}) }));
}

/** The index last, so that it never names a page that is not there. */
async function writeIndex(
  job: ExplainManyJob,
  { tally, front, rows, mapTitle }: Done,
  refusals: Refusals,
  left: readonly string[],
): Promise<string> {
  const { classifier, unit, methods, modelName, command, out, title } = job;
  const last = Math.ceil(tally.images / rowsAPart) - 1;
  if (last > 0 && rows.length > 0) await writeRows(job, rows, last, mapTitle);
  const provenance = provenanceOf(unit?.classifier ?? classifier, {
    file: modelName,
    methods: methods.filter((method) => !refusals.all.some((one) => one.method === method && one.image === undefined)),
    version,
    notes: refusals.notes(),
    command,
  });
  return writeWhole(
    join(out, partName(0)),
    renderFront(
      {
        title,
        rows: front.length > 0 ? front : rows,
        part: 0,
        ...(mapTitle ? { mapTitle } : {}),
        ...(left.length > 0 ? { notice: interruptedWords(left) } : {}),
      },
      { tally, parts: last + 1, provenance },
    ),
  );
}

function methodsOf(explanations: ExplainedPart['explanations']): MethodMap['method'][] {
  return [...new Set(explanations.flatMap(({ maps }) => maps.map(({ method }) => method)))];
}
