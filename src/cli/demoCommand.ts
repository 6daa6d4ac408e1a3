import { join } from 'node:path';
import type { Command } from 'commander';
import { percent, trainNetwork } from '../app/trainNetwork.ts';
import { writeReport } from '../app/writeReport.ts';
import { loadDigits } from '../datasets/digits.ts';
import { loadClassifier } from '../model/loadClassifier.ts';
import { reportFolder } from '../node/reportFolder.ts';
import { interruptedWords } from '../report/page/provenance.ts';
import { architectures } from '../training/architectures.ts';
import { adam } from '../training/optimizers.ts';
import { cosine } from '../training/schedules.ts';
import { foundWords } from './demoWords.ts';
import { openInputs } from './inputs.ts';
import { interruptedStatus, stopIfInterrupted, workOptions } from './interruption.ts';
import { forceWords } from './modelOptions.ts';
import { writeWhole } from './output.ts';
import { prepareTargets } from './outputTargets.ts';
import { progressTo } from './progress.ts';
import { deviceWords, type RuntimeFlags, runtimeFrom } from './runtimeFlags.ts';
import { printWords } from './streams.ts';

/** Thirty times over the 8,000 digits: where the accuracy on the other 2,000 stops rising. */
const updates = 2_400;

export function addDemoCommand(program: Command): void {
  program
    .command('demo')
    .description('train a small network on handwritten digits and explain one digit of each class')
    .option('--out <folder>', 'where the model and the report go', 'report')
    .option('--seed <n>', 'of the training', '0')
    .option('--threads <n>', 'threads (default: all)')
    .option('--device <device>', deviceWords)
    .option('--force', forceWords)
    .action(run);
}

interface Flags extends RuntimeFlags {
  readonly out: string;
  readonly seed: string;
  readonly force?: boolean;
}

async function run(flags: Flags): Promise<void> {
  const progress = progressTo();
  const modelPath = join(flags.out, 'digits.onnx');
  await prepareTargets(
    [
      { kind: 'report', path: flags.out },
      { kind: 'model', path: modelPath },
    ],
    { inputs: [], force: flags.force },
  );
  const seed = Number(flags.seed);
  const runtime = runtimeFrom(flags);
  const { train, test } = await loadDigits();
  progress.message(`1. Train a small convolutional network on ${train.count} handwritten digits`);
  const { bytes, accuracy } = await trainNetwork(runtime, architectures.b.build(seed), {
    ...workOptions(progress),
    images: train,
    test,
    optimizer: adam(),
    learningRate: cosine(0.005, updates),
    length: { updates },
    batchSize: 100,
    seed,
  });
  stopIfInterrupted();
  const model = await writeWhole(modelPath, bytes);
  progress.message(`   ${model}: ${percent(accuracy ?? 0)} of ${test.count} other digits right`);
  progress.message('2. Explain one digit of each class');
  const classifier = await loadClassifier(bytes, { runtime });
  const inputs = test.classNames.map((_, image) => `digits:${image}`);
  const { images, report, interrupted } = await writeReport(classifier, await openInputs(inputs, classifier), {
    ...workOptions(progress),
    modelName: 'digits.onnx',
    title: 'Ten handwritten digits',
    command: 'npm start',
    output: reportFolder(flags.out, writeWhole),
  });
  await classifier.release();
  if (interrupted) {
    progress.message(interruptedWords(interrupted));
    process.exitCode = interruptedStatus();
  }
  const labels = Array.from(test.labels.subarray(0, images.length), (label) => test.classNames[label] ?? '');
  await printWords(
    `\n${foundWords(images, labels)}\nThe report: ${report}\nExplain a model of your own: npx konkyo explain MODEL.onnx IMAGE...\n`,
  );
}
