import { basename, dirname, join } from 'node:path';
import type { Command } from 'commander';
import { explain } from '../attribution/explain.ts';
import { saliency } from '../attribution/saliency.ts';
import { smoothGrad } from '../attribution/smoothGrad.ts';
import type { Classifier } from '../classifier/classifier.ts';
import { className } from '../classifier/classifier.ts';
import { writeNpz } from '../datasets/npz.ts';
import { isKonkyoError } from '../konkyoError.ts';
import { methodKind } from '../methods.ts';
import { type Certificate, certify } from '../noncontributing/certificate.ts';
import {
  compileNoncontributing,
  type NoncontributingMap,
  type NoncontributingSettings,
} from '../noncontributing/noncontributing.ts';
import { concatRows } from '../onnx/tensor.ts';
import { explainedImage, type NamedImage } from '../report/explainedView.ts';
import { type FoundRow, foundMap, provedMap } from '../report/noncontributing/besideView.ts';
import { noncontributingPage } from '../report/noncontributing/noncontributingPage.ts';
import { renderPage } from '../report/page.ts';
import { provenanceOf } from '../report/provenanceView.ts';
import { nodeRuntime } from '../runtime/node.ts';
import { commandLine } from './commandLine.ts';
import { type InputFlags, inputSettings } from './inputFlags.ts';
import { readInputs } from './inputs.ts';
import { loadModelFile } from './modelFile.ts';
import { parseMasks, parsePer, parseSchedule, parseTolerance, wholeNumber } from './noncontributingFlags.ts';
import { prepareFolder, writeWhole } from './output.ts';
import { type Progress, progressTo } from './progress.ts';
import { threadCount } from './threads.ts';
import { version } from './version.ts';

interface Flags extends InputFlags {
  readonly masks: string;
  readonly tolerance: string;
  readonly per: string;
  readonly schedule: string;
  readonly iterations?: string;
  readonly noiseImages?: string;
  readonly draws: string;
  readonly seed: string;
  readonly certify?: boolean;
  readonly probabilities?: boolean;
  readonly output?: string;
  readonly out: string;
  readonly save?: string;
  readonly json?: boolean;
  readonly dataDir?: string;
  readonly threads?: string;
}

export function addNoncontributingCommand(program: Command): void {
  program
    .command('noncontributing')
    .description('find the pixels that could be anything without changing the decision')
    .argument('<model>', 'ONNX file')
    .argument('<input...>', 'pictures, .npy or .npz arrays (model input as it is), or DATASET:INDEX, such as digits:7')
    .option('--masks <which>', 'none, paper, or layers with thresholds: conv1.relu=0.2,conv2.relu=0', 'none')
    .option('--tolerance <a>', 'by how much scores may change: a share of the margin, or score units', '50%')
    .option('--per <what>', 'one amplitude a pixel or one a channel', 'pixel')
    .option('--schedule <name>', 'fast, or paper: 15,000 iterations at a learning rate of 0.0001', 'fast')
    .option('--iterations <n>', 'in place of the schedule’s')
    .option('--noise-images <n>', 'an iteration, in place of the schedule’s')
    .option('--draws <n>', 'fresh noise images that the result is measured on', '2000')
    .option('--certify', 'also prove how far pixels may change, whatever the change')
    .option('--seed <n>', 'where the random numbers start', '0')
    .option('--probabilities', 'of the output as it is, not the scores before a final softmax or sigmoid')
    .option('--output <name>', 'the output with the class scores, where the model has several')
    .option('--out <folder>', 'where the page goes', 'report')
    .option('--save <file.npz>', 'also write the amplitudes as arrays')
    .option('--json', 'print the result as JSON')
    .option('--size <HxW>', "height and width, where the model leaves its input's size open")
    .option('--layout <layout>', 'NCHW or NHWC')
    .option('--order <order>', 'RGB or BGR')
    .option('--scale <factor>', 'pixels 0..255 are multiplied by it (default: 1/255)')
    .option('--mean <numbers>', 'then these are subtracted, one or one a channel (default: 0)')
    .option('--std <numbers>', 'then divided by these (default: 1)')
    .option('--classes <file>', 'class names, one a line')
    .option('--data-dir <folder>', 'where the files of a named data set are')
    .option('--threads <n>', 'threads (default: all)')
    .action(run);
}

async function run(modelPath: string, inputs: string[], flags: Flags): Promise<void> {
  const progress = progressTo();
  const settings = settingsFrom(flags);
  await prepareFolder(flags.out);
  if (flags.save !== undefined) await prepareFolder(dirname(flags.save));
  const classifier = await loadModelFile(modelPath, {
    runtime: nodeRuntime(threadCount(flags.threads)),
    settings: await inputSettings(flags),
    explain: flags.probabilities === true ? 'output' : 'scores',
    ...(flags.output === undefined ? {} : { output: flags.output }),
  });
  try {
    const images = await readInputs(inputs, classifier, flags.dataDir === undefined ? {} : { dataDir: flags.dataDir });
    const found = await findAll(classifier, images, settings, progress);
    const proved = flags.certify === true ? await proveAll(classifier, images, settings, progress) : [];
    const page = join(flags.out, 'index.html');
    if (flags.save !== undefined) await writeWhole(flags.save, archive(found, proved));
    await writeWhole(page, await pageOf(classifier, basename(modelPath), images, found, proved, flags, progress));
    const summary = { page, images: images.map(({ name }, i) => summaryOf(classifier, name, found[i], proved[i])) };
    process.stdout.write(flags.json === true ? `${JSON.stringify(summary, null, 2)}\n` : inWords(summary));
  } finally {
    progress.finish();
    await classifier.release();
  }
}

function settingsFrom(flags: Flags): NoncontributingSettings {
  const given = (flag: string, text: string | undefined) =>
    text === undefined ? undefined : wholeNumber(flag, text, 1);
  const schedule = parseSchedule(
    flags.schedule,
    given('iterations', flags.iterations),
    given('noise-images', flags.noiseImages),
  );
  return {
    masks: parseMasks(flags.masks),
    tolerance: parseTolerance(flags.tolerance),
    per: parsePer(flags.per),
    draws: wholeNumber('draws', flags.draws, 1),
    seed: wholeNumber('seed', flags.seed, 0),
    ...(schedule ? { schedule } : {}),
  };
}

async function findAll(
  classifier: Classifier,
  images: readonly NamedImage[],
  settings: NoncontributingSettings,
  progress: Progress,
): Promise<NoncontributingMap[]> {
  const pixels = await compileNoncontributing(classifier, settings);
  const found: NoncontributingMap[] = [];
  try {
    for (const [i, { name, image }] of images.entries()) {
      progress.update(i, images.length, `Non-contributing pixels of ${name}`);
      try {
        found.push(await pixels.of(image));
      } catch (error) {
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

async function proveAll(
  classifier: Classifier,
  images: readonly NamedImage[],
  { per = 'pixel' }: NoncontributingSettings,
  progress: Progress,
): Promise<readonly (Certificate | null)[]> {
  const batch = concatRows(images.map(({ image }) => image));
  return await certify(classifier, batch, {
    amplitudes: per,
    progress: inTenths((tenth) => progress.update(tenth, 10, 'Proof')),
  });
}

function inTenths(show: (tenth: number) => void): (done: number, total: number) => void {
  let shown = 0;
  return (done, total) => {
    const tenth = Math.floor((10 * done) / total);
    if (tenth > shown) show(tenth);
    shown = Math.max(shown, tenth);
  };
}

/** The page, with the maps of the methods that the paper compares itself with. */
async function pageOf(
  classifier: Classifier,
  file: string,
  images: readonly NamedImage[],
  found: readonly NoncontributingMap[],
  proved: readonly (Certificate | null)[],
  flags: Flags,
  progress: Progress,
): Promise<string> {
  const methods = [saliency(), smoothGrad(), methodKind('deep-taylor').create({})];
  const batch = concatRows(images.map(({ image }) => image));
  const notes: string[] = [];
  const explanations = await explain(classifier, batch, methods, {
    progress: (done, total, what) => progress.update(done, total, what),
    onRefused: ({ title }, { message }) => notes.push(`${title} was left out. ${message}`),
  });
  const rows = explanations.flatMap((explanation, i): FoundRow[] => {
    const [named, map, proof] = [images[i], found[i], proved[i]];
    if (!named || !map) return [];
    const row = {
      image: explainedImage(classifier, named, explanation, i),
      found: foundMap(classifier, map),
    };
    return [proof ? { ...row, proved: provedMap(classifier, proof) } : row];
  });
  const provenance = provenanceOf(classifier, { file, methods, version, notes, command: commandLine() });
  const { masks, tolerance, per, schedule, draws, seed } = flags;
  const own = {
    label: 'Non-contributing pixels',
    value: `masks ${masks}, tolerance ${tolerance}, per ${per}, schedule ${schedule}, draws ${draws}, seed ${seed}`,
  };
  return renderPage(
    noncontributingPage({
      title: `Non-contributing pixels: ${file}`,
      rows,
      masked: masks !== 'none',
      provenance: { ...provenance, settings: [own, ...provenance.settings] },
    }),
  );
}

/** `noncontributing` and, where there is a proof of every image, `certified`: [n, ...]. */
function archive(found: readonly NoncontributingMap[], proved: readonly (Certificate | null)[]): Uint8Array {
  const stack = (amplitudes: readonly NoncontributingMap['amplitude'][]) => {
    const { dims, data } = concatRows(amplitudes);
    return { type: 'float32' as const, dims, data };
  };
  const certificates = proved.flatMap((proof) => proof ?? []);
  return writeNpz(
    new Map([
      ['noncontributing', stack(found.map(({ amplitude }) => amplitude))],
      ...(certificates.length > 0 && certificates.length === found.length
        ? ([['certified', stack(certificates.map(({ amplitude }) => amplitude))]] as const)
        : []),
    ]),
  );
}

function summaryOf(
  classifier: Classifier,
  name: string,
  found: NoncontributingMap | undefined,
  proof: Certificate | null | undefined,
) {
  if (!found) return { name };
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
    ...(masked ? { masked } : {}),
    ...(proof
      ? { certified: { meanAmplitude: proof.meanAmplitude, uniform: proof.uniform, lowestMargin: proof.lowestMargin } }
      : {}),
    seconds,
  };
}

function inWords({
  page,
  images,
}: {
  readonly page: string;
  readonly images: readonly ReturnType<typeof summaryOf>[];
}): string {
  const lines = images.map((image) =>
    'measured' in image
      ? `${image.name}: ${image.decided}, mean amplitude ${image.meanAmplitude.toFixed(3)}, kept in ${(100 * image.measured.kept).toFixed(2)}% of ${image.measured.draws} draws${image.certified ? `, proved ${image.certified.meanAmplitude.toFixed(3)}` : ''}`
      : image.name,
  );
  return `${lines.join('\n')}\nPage: ${page}\n`;
}
