import { join } from 'node:path';
import { interruptedWords } from '../app/reportView.ts';
import { explain } from '../attribution/explain.ts';
import { writeNpz } from '../datasets/npz.ts';
import { isKonkyoError } from '../konkyoError.ts';
import { type Classifier, className } from '../model/classifier.ts';
import { removeEarlierPictures } from '../node/reportFolder.ts';
import { concatRows } from '../onnx/tensor.ts';
import { explainedImage, type NamedImage } from '../report/explanation/explainedView.ts';
import type { Row } from '../report/explanation/view.ts';
import { renderPage } from '../report/page/page.ts';
import { provenanceOf } from '../report/page/provenanceView.ts';
import { type Certificate, certify } from '../studies/noncontributing/certificate.ts';
import { comparedMethods } from '../studies/noncontributing/comparedMethods.ts';
import {
  compileNoncontributing,
  type NoncontributingMap,
  type NoncontributingSettings,
} from '../studies/noncontributing/noncontributing.ts';
import { type FoundRow, foundMap, provedMap } from '../studies/noncontributing/page/besideView.ts';
import { noncontributingPage } from '../studies/noncontributing/page/noncontributingPage.ts';
import { interruption, stopIfInterrupted } from './interruption.ts';
import { writeWhole } from './output.ts';
import type { Progress } from './progress.ts';
import { UsageError } from './usageError.ts';

export interface NoncontributingJob {
  readonly classifier: Classifier;
  /** What the model is called on the page. */
  readonly modelName: string;
  readonly images: readonly NamedImage[];
  readonly settings: NoncontributingSettings;
  /** Also prove how far pixels may change. */
  readonly certify: boolean;
  /** Folder for index.html. */
  readonly out: string;
  /** Also the amplitudes as arrays. */
  readonly save?: string;
  /** The settings in words. */
  readonly settingRows: readonly Row[];
  readonly command: string;
  readonly progress: Progress;
}

export type NoncontributingSummary = Awaited<ReturnType<typeof runNoncontributingJob>>;

/**
 * Searches every image, and writes what was asked for. Everything is computed before the first file is written. After a signal
 * it is the images that are done.
 */
export async function runNoncontributingJob(whole: NoncontributingJob) {
  checkSize(whole);
  const { classifier, out, save } = whole;
  const found = await findAll(whole);
  const left = whole.images.length - found.length;
  const job = { ...whole, images: whole.images.slice(0, found.length) };
  const { images } = job;
  const proved = job.certify && !interruption.aborted ? await proveAll(job) : [];
  const missing = [
    ...(left > 0 ? [`${left} of ${whole.images.length} images`] : []),
    ...(interruption.aborted ? ['proofs, and the maps of other methods'] : []),
  ];
  const contents = await pageOf(job, found, proved, missing);
  if (save !== undefined) await writeWhole(save, archive(found, proved));
  const page = await writeWhole(join(out, 'index.html'), contents);
  await removeEarlierPictures(out);
  return {
    page,
    ...(missing.length > 0 ? { interrupted: missing } : {}),
    images: found.map((map, i) => summaryOf(classifier, images[i]?.name ?? '', map, proved[i])),
  };
}

/** A page is one text, of at most 2^29 characters; a pixel of a picture takes four where it does not compress. */
const mostOnPage = 5e8;

/** @throws UsageError before hours of work whose page could not be written. */
function checkSize({ classifier: { input }, images, certify: proves }: NoncontributingJob): void {
  const pictures = 2 + (proves ? 1 : 0) + comparedMethods().length;
  const most = Math.max(1, Math.floor(mostOnPage / (4 * pictures * input.height * input.width)));
  if (images.length <= most) return;
  throw new UsageError(
    `One page has room for ${most} images of this model, and ${images.length} are given: search fewer at a time, each into a folder of its own.`,
  );
}

async function findAll({ classifier, images, settings, progress }: NoncontributingJob): Promise<NoncontributingMap[]> {
  const pixels = await compileNoncontributing(classifier, { ...settings, onIteration: stopIfInterrupted });
  const found: NoncontributingMap[] = [];
  try {
    for (const [i, { name, image }] of images.entries()) {
      progress.update(i, images.length, `Non-contributing pixels of ${name}`);
      try {
        stopIfInterrupted();
        found.push(await pixels.of(image));
      } catch (error) {
        if (isKonkyoError(error, 'interrupted') && found.length > 0) break;
        if (isKonkyoError(error)) error.message = `${name}: ${error.message}`;
        throw error;
      }
    }
  } finally {
    progress.finish();
    await pixels.release();
  }
  return found;
}

async function proveAll({ classifier, images, settings, progress }: NoncontributingJob) {
  let shown = 0;
  return await certify(classifier, concatRows(images.map(({ image }) => image)), {
    amplitudes: settings.per ?? 'pixel',
    progress: (done, total) => {
      const tenth = Math.floor((10 * done) / total);
      if (tenth > shown) progress.update(tenth, 10, 'Proof');
      shown = tenth;
    },
  });
}

/** The page, with the maps of the methods that the paper compares itself with. */
async function pageOf(
  { classifier, modelName, images, settings, settingRows, command, progress }: NoncontributingJob,
  found: readonly NoncontributingMap[],
  proved: readonly (Certificate | null)[],
  missing: readonly string[],
): Promise<string> {
  const methods = missing.length > 0 ? [] : comparedMethods();
  const notes = missing.length > 0 ? [interruptedWords(missing)] : [];
  const explanations = await explain(classifier, concatRows(images.map(({ image }) => image)), methods, {
    progress: (done, total, what) => progress.update(done, total, what),
    onRefused: ({ title }, { message }) => notes.push(`${title} was left out. ${message}`),
  });
  const rows = explanations.flatMap((explanation, i): FoundRow[] => {
    const [named, map, proof] = [images[i], found[i], proved[i]];
    if (!named || !map) return [];
    const image = explainedImage(classifier, named, explanation, i);
    const row = { image, found: foundMap(classifier, map) };
    return [proof ? { ...row, proved: provedMap(classifier, proof) } : row];
  });
  const provenance = provenanceOf(classifier, { file: modelName, methods, notes, command });
  return renderPage(
    noncontributingPage({
      title: `Non-contributing pixels: ${modelName}`,
      rows,
      masked: settings.masks !== undefined && settings.masks !== 'none',
      provenance: { ...provenance, settings: [...settingRows, ...provenance.settings] },
    }),
  );
}

/** `noncontributing` and, where there is a proof of every image, `certified`: [n, ...]. */
function archive(found: readonly NoncontributingMap[], proved: readonly (Certificate | null)[]): Uint8Array {
  const stack = (amplitudes: readonly NoncontributingMap['amplitude'][]) => {
    const { dims, data } = concatRows(amplitudes);
    return { type: 'float32' as const, dims, data };
  };
  const proofs = proved.flatMap((proof) => proof ?? []);
  const isProved = proofs.length === found.length;
  return writeNpz(
    new Map([
      ['noncontributing', stack(found.map(({ amplitude }) => amplitude))],
      ...(isProved ? ([['certified', stack(proofs.map(({ amplitude }) => amplitude))]] as const) : []),
    ]),
  );
}

function summaryOf(classifier: Classifier, name: string, found: NoncontributingMap, proof?: Certificate | null) {
  const { decision, tolerance, energy, meanAmplitude, free, scaledBy, measured, masked, seconds } = found;
  return {
    name,
    decided: className(classifier, decision.chosen),
    margin: decision.margin,
    tolerance,
    energy,
    meanAmplitude,
    free,
    scaledBy,
    measured,
    masked,
    ...(proof
      ? { certified: { meanAmplitude: proof.meanAmplitude, uniform: proof.uniform, lowestMargin: proof.lowestMargin } }
      : {}),
    seconds,
  };
}
