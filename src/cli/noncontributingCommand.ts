import type { Command } from 'commander';
import type { Classifier } from '../model/classifier.ts';
import { picturesOnly } from '../model/picturesOnly.ts';
import { readNamedFile } from '../node/namedFile.ts';
import { interruptedWords } from '../report/page/provenance.ts';
import { checkHasClasses } from '../studies/noncontributing/certificate.ts';
import { pixelDeviations } from '../studies/noncontributing/certifiedWeights.ts';
import { chosenMasks } from '../studies/noncontributing/layerMasks.ts';
import type { NoncontributingSettings } from '../studies/noncontributing/noncontributing.ts';
import {
  amplitudeArchive,
  type NoncontributingSummary,
  studyNoncontributing,
} from '../studies/noncontributing/study.ts';
import { certificateFiles } from './certificateFiles.ts';
import { UsageError, wholeFlag } from './flags.ts';
import { datasetWithProgress, inputWords, namedFiles, readInputs } from './inputs.ts';
import { interruptedStatus } from './interruption.ts';
import { addModelOptions } from './modelOptions.ts';
import { parseChanges, parseMasks, parsePer, parseSchedule, parseTolerance } from './noncontributingFlags.ts';
import { writeWhole } from './output.ts';
import type { Progress } from './progress.ts';
import { say } from './streams.ts';
import { runStudy } from './studyCommand.ts';
import { runSufficient, type SufficientFlags } from './sufficientRun.ts';

interface Flags extends SufficientFlags {
  readonly sufficient?: boolean;
  readonly masks: string;
  readonly tolerance?: string;
  readonly changes: string;
  readonly per: string;
  readonly schedule: string;
  readonly iterations?: string;
  readonly noiseImages?: string;
  readonly draws: string;
  readonly seed: string;
  readonly certify?: boolean;
  readonly certifyWeights?: string;
  readonly certifyInner?: string;
  readonly save?: string;
}

export function addNoncontributingCommand(program: Command): void {
  const command = program
    .command('noncontributing')
    .description(
      'find how much noise each pixel withstands without changing the decision, and what other changes of that size do',
    )
    .argument('<model>', 'ONNX file')
    .argument('<input...>', inputWords)
    .option('--masks <which>', 'none, paper, or layers with thresholds: conv1.relu=0.2,conv2.relu=0', 'none')
    .option(
      '--tolerance <a>',
      'by how much scores may change: a share of the margin, score units, or order: all keep theirs (default: 50%; 40% for more changes than noise)',
    )
    .option(
      '--changes <kinds>',
      'what the map is to hold for: independent noise, or more of independent, blocks, blur, pasted, mixed; all',
      'independent',
    )
    .option('--per <what>', 'one amplitude a pixel or one a channel', 'pixel')
    .option('--schedule <name>', 'fast, or paper: 15,000 iterations at a learning rate of 0.0001', 'fast')
    .option('--iterations <n>', 'in place of the schedule’s')
    .option('--noise-images <n>', 'an iteration, in place of the schedule’s')
    .option('--draws <n>', 'fresh noise images that the result is measured on', '2000')
    .option(
      '--certify',
      'also prove how far pixels may change, whatever the change, and which square of them may hold anything',
    )
    .option(
      '--certify-weights <name|folder|file>',
      'with --certify: amplitudes of valid pixels, and more that count each pixel by how much it varies over this data set',
    )
    .option(
      '--certify-inner <bound>',
      'with --certify: interval, or linear, which proves larger amplitudes in some thirty times the time (default: interval)',
    )
    .option('--sufficient', 'instead, the fewest pixels found that keep the class while all others move by --epsilon')
    .option('--epsilon <e>', 'with --sufficient: a share of the pixel range (default: 0.05)')
    .option('--bounds-only', 'with --sufficient: no cases of ReLUs, which is faster and gives larger sets')
    .option('--seed <n>', 'where the random numbers start', '0')
    .option('--probabilities', 'of the output as it is, not the scores before a final softmax or sigmoid')
    .optionsGroup('Results:')
    .option('--out <folder>', 'where the page goes', 'report')
    .option('--save <file.npz>', 'also write the amplitudes as arrays')
    .option('--json', 'print the result as JSON');
  addModelOptions(command).action(run);
}

async function run(modelPath: string, named: string[], flags: Flags): Promise<void> {
  if (flags.sufficient) {
    refuseProofFlags(flags);
    return runSufficient(modelPath, named, flags);
  }
  if (flags.epsilon !== undefined || flags.boundsOnly) {
    throw new UsageError('--epsilon and --bounds-only go with --sufficient.');
  }
  if (flags.certifyWeights !== undefined && !flags.certify) {
    throw new UsageError('--certify-weights goes with --certify.');
  }
  const inner = innerBound(flags);
  const inputs = await namedFiles(named);
  const settings = settingsFrom(flags);
  const { masks, tolerance, changes, per, schedule, draws, seed, save, certify, certifyWeights } = flags;
  const given = Object.entries({ masks, tolerance: tolerance ?? 'default', changes, per, schedule, draws, seed });
  if (certifyWeights !== undefined) given.push(['certifyWeights', certifyWeights]);
  if (inner !== undefined) given.push(['certifyInner', inner]);
  const settingRows = given.map(([label, value]) => ({ label, value }));
  const { summary } = await runStudy(modelPath, flags, {
    targets: save === undefined ? [] : [{ kind: 'arrays', path: save }],
    inputs: [...named, ...inputs],
    takes: ['value'],
    suits: (classifier) => {
      picturesOnly(classifier.input, 'Non-contributing pixels are');
      chosenMasks(classifier, settings.masks ?? 'none');
      if (certify) checkHasClasses(classifier);
    },
    async study(classifier, options, progress) {
      const weights =
        certifyWeights === undefined ? undefined : await weightsFrom(certifyWeights, classifier, flags, progress);
      const images = await readInputs(inputs, classifier, flags);
      const study = await studyNoncontributing(classifier, images, {
        ...options,
        settings,
        certify,
        weights,
        inner,
        settingRows,
      });
      if (save !== undefined) await writeWhole(save, amplitudeArchive(study.found));
      if (!certify) return study;
      const model = await readNamedFile(modelPath, 'model');
      const certificates = await certificateFiles(classifier, images, study.found.proofs, model);
      return { ...study, files: [...certificates, ...study.files] };
    },
    json: (found, places) => ({ page: places.at(-1), certificates: places.slice(0, -1), ...found }),
    words: (found, places) =>
      `${inWords(found.summary)}${places
        .slice(0, -1)
        .map((place) => `Certificate: ${place}\n`)
        .join('')}Page: ${places.at(-1)}\n`,
  });
  if (summary.interrupted) {
    say(`${interruptedWords(summary.interrupted)}\n`);
    process.exitCode = interruptedStatus();
  }
}

/** @throws UsageError for a flag that `--sufficient` would not heed. */
function refuseProofFlags({ certify, certifyWeights, certifyInner, save }: Flags): void {
  const given = Object.entries({
    '--certify': certify,
    '--certify-weights': certifyWeights,
    '--certify-inner': certifyInner,
    '--save': save,
  }).flatMap(([flag, value]) => (value === undefined ? [] : [flag]));
  if (given.length === 0) return;
  throw new UsageError(`--sufficient does not go with ${given.join(', ')}: leave out the one or the other.`);
}

function innerBound({ certify, certifyInner: text }: Flags): 'interval' | 'linear' | undefined {
  if (text === undefined) return undefined;
  if (!certify) throw new UsageError('--certify-inner goes with --certify.');
  if (text === 'interval' || text === 'linear') return text;
  throw new UsageError(`--certify-inner is interval or linear, not "${text}".`);
}

/** How much each pixel varies over a data set's training images, brought to the model's size. */
async function weightsFrom(dataset: string, { input }: Classifier, { dataDir }: Flags, progress: Progress) {
  const { height, width, channels } = input;
  const shape = { size: { height, width }, channels: channels === 1 ? 1 : 3 } as const;
  const { train } = await datasetWithProgress(dataset, { ...shape, dataDir }, progress);
  return { of: train.name, values: pixelDeviations(train) };
}

function settingsFrom(flags: Flags): NoncontributingSettings {
  const given = (flag: string, text: string | undefined) => (text === undefined ? undefined : wholeFlag(flag, text, 1));
  const schedule = parseSchedule(
    flags.schedule,
    given('iterations', flags.iterations),
    given('noise-images', flags.noiseImages),
  );
  return {
    masks: parseMasks(flags.masks),
    tolerance: flags.tolerance === undefined ? undefined : parseTolerance(flags.tolerance),
    changes: parseChanges(flags.changes),
    per: parsePer(flags.per),
    draws: wholeFlag('draws', flags.draws, 1),
    seed: wholeFlag('seed', flags.seed, 0),
    schedule,
  };
}

function inWords({ images }: NoncontributingSummary): string {
  const lines = images.map(({ name, decided, meanAmplitude, measured, structured, attacked, ...proofs }) => {
    const least = Math.min(...structured.map(({ kept }) => kept));
    const kept = `kept in ${(100 * measured.kept).toFixed(2)}% of ${measured.draws} draws of independent noise, in ${(100 * least).toFixed(2)}% of other changes of that size where least, ${attacked.lead > 0 ? 'not lost' : 'lost'} when attacked`;
    return `${name}: ${decided}, mean amplitude ${meanAmplitude.toFixed(3)}, ${kept}${provedWords(proofs)}\n`;
  });
  return lines.join('');
}

type ProofSummary = Pick<
  NoncontributingSummary['images'][number],
  'certified' | 'certifiedWeighted' | 'certifiedSquares'
>;

function provedWords({ certified, certifiedWeighted, certifiedSquares }: ProofSummary): string {
  const onObject = certifiedSquares?.hasPlainBackground;
  const square = onObject ? certifiedSquares?.onObject : certifiedSquares?.anywhere;
  return [
    ...(certified ? [`proved ${certified.meanAmplitude.toFixed(3)}`] : []),
    ...(certifiedWeighted ? [`weighted ${(certifiedWeighted.weightedAmplitude ?? 0).toFixed(4)}`] : []),
    ...(square ? [`${square.side} by ${square.side} pixels ${onObject ? 'on the object ' : ''}may hold anything`] : []),
  ]
    .map((part) => `, ${part}`)
    .join('');
}
