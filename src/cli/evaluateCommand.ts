import { basename } from 'node:path';
import type { Command } from 'commander';
import { type EvaluatedMethods, evaluate, evaluateDefaults } from '../app/evaluate.ts';
import { evaluationFiles, evaluationSummary } from '../app/evaluationFiles.ts';
import { defaultMetrics, evaluationMetric } from '../faithfulness/evaluation/metrics.ts';
import { lampWords } from '../faithfulness/lamp.ts';
import { sentence } from '../language/english/numbers.ts';
import { methodKind } from '../methods.ts';
import { interruptedWords } from '../report/page/provenance.ts';
import { evaluationParts, removeParts } from './evaluationParts.ts';
import { commandLine, UsageError, wholeFlag } from './flags.ts';
import { masksFrom } from './imageMasks.ts';
import { interruptedStatus, workOptions } from './interruption.ts';
import { runKnownTruth } from './knownTruthRun.ts';
import { chosenMethods } from './methodFlags.ts';
import {
  addMethodOptions,
  addModelOptions,
  classifierFrom,
  datasetFor,
  type ModelFlags,
  modelInputs,
} from './modelOptions.ts';
import { writeReportFiles } from './output.ts';
import { prepareTargets } from './outputTargets.ts';
import { progressTo } from './progress.ts';
import { printJson, printWords } from './streams.ts';

interface Flags extends ModelFlags, Readonly<Record<string, unknown>> {
  readonly dataset?: string;
  readonly knownTruth?: boolean;
  readonly method?: string;
  readonly check?: string;
  readonly images: string;
  readonly masks?: string;
  readonly seed: string;
  readonly out: string;
  readonly json?: boolean;
}

/** One of each kind, none of which takes long. */
const defaultMethods =
  'saliency,input-x-gradient,smoothgrad,integrated-gradients,occlusion,guided-backprop,deep-lift,grad-cam';

export function addEvaluateCommand(program: Command): void {
  const command = program
    .command('evaluate')
    .description('say which methods to believe on this model: metrics of their maps over many images')
    .argument('[model]', 'ONNX file; none with --known-truth')
    .option(
      '--known-truth',
      'measure methods on data whose explanation is known, with networks trained here from a seed (minutes; docs/evaluation.md)',
    )
    .option('--dataset <name|folder|file>', 'images with classes: digits, mnist, a folder, an .npz file')
    .option(
      '--method <ids>',
      `methods, separated by commas (see "konkyo methods"; default: ${defaultMethods.replaceAll(',', ', ')}; of a known truth all)`,
    )
    .option(
      '--check <ids>',
      `metrics, separated by commas (see "konkyo checks"; default: ${defaultMetrics.map(({ id }) => id).join(', ')}, with --masks those of places too)`,
    )
    .option('--images <n>', 'so many of the test images, drawn at random', String(evaluateDefaults.images))
    .option(
      '--masks <folder|file>',
      'where the truth is, not 0 inside: pictures named by the number of their test image (17.png), or an .npz file with one array [images, height, width]',
    )
    .option(
      '--seed <n>',
      'of the images drawn, of methods and metrics that draw, and of the intervals',
      String(evaluateDefaults.seed),
    )
    .optionsGroup('Results:')
    .option('--out <folder>', 'where the page, evaluation.json and evaluation.csv go', 'evaluation')
    .option('--json', 'print the result as JSON');
  addMethodOptions(addModelOptions(command)).action(run);
}

async function run(modelPath: string | undefined, flags: Flags): Promise<void> {
  if (flags.knownTruth === true) return runKnownTruth(modelPath, flags);
  const { dataset, method = defaultMethods } = flags;
  if (modelPath === undefined) throw new UsageError('Give a model to evaluate, or --known-truth.');
  if (dataset === undefined) {
    throw new UsageError('Give images with classes to evaluate on: --dataset NAME, a folder, or an .npz file.');
  }
  const isSeeded = method.split(',').some((id) => 'seed' in methodKind(id.trim()).options);
  const methods = chosenMethods(method, { ...flags, seed: isSeeded ? flags.seed : undefined });
  const chosen = flags.check?.split(',').map((id) => evaluationMetric(id.trim()));
  const settings = { images: wholeFlag('images', flags.images, 1), seed: wholeFlag('seed', flags.seed, 0) };
  const progress = progressTo();
  await prepareTargets([{ kind: 'report', path: flags.out }], {
    inputs: [...modelInputs(modelPath, flags), dataset, flags.masks],
    force: flags.force,
  });
  const classifier = await classifierFrom(modelPath, flags);
  try {
    const { test } = await datasetFor(classifier, dataset, flags, progress);
    const masks = flags.masks === undefined ? undefined : await masksFrom(flags.masks, test);
    const found = await evaluate(classifier, test, {
      ...workOptions(progress),
      ...settings,
      methods,
      metrics: chosen && [...new Set(chosen)],
      masks,
      parts: (key) => evaluationParts(flags.out, key, progress),
    });
    const names = { modelName: basename(modelPath), command: commandLine() };
    const [page] = await writeReportFiles(flags.out, await evaluationFiles(found, names));
    await (flags.json === true
      ? printJson({ page, ...evaluationSummary(found) })
      : printWords(`${inWords(found)}\nPage: ${page}\n`));
    if (found.missing.length === 0) await removeParts(flags.out);
    else {
      progress.message(`${interruptedWords(found.missing)} The same command goes on from here.`);
      process.exitCode = interruptedStatus();
    }
  } finally {
    progress.finish();
    await classifier.release();
  }
}

/** A line a method, and which to use. */
function inWords({ verdicts, best }: EvaluatedMethods): string {
  const lines = verdicts.map(
    ({ method, verdict, reasons }) => `${method.title}: ${lampWords[verdict]}. ${sentence(reasons.join('; '))}.`,
  );
  const alike = best?.alike.length
    ? ` Not to be told from it here: ${best.alike.map(({ title }) => title).join(', ')}.`
    : '';
  return [...lines, ...(best ? [`Best: ${best.method.title}.${alike}`] : [])].join('\n');
}
