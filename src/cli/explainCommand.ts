import { basename } from 'node:path';
import type { Command } from 'commander';
import { type MethodChoice, mostMethods } from '../app/defaultMethods.ts';
import type { WriteReportOptions } from '../app/reportOutput.ts';
import type { InputPart } from '../app/severalInputs.ts';
import type { Subjects } from '../app/subjects.ts';
import { subjectsOf } from '../app/subjectsOf.ts';
import { writeReport } from '../app/writeReport.ts';
import { writeSeveralInputs } from '../app/writeSeveralInputs.ts';
import { type UnitTarget, unitTarget } from '../attribution/unitScores.ts';
import { KonkyoError } from '../konkyoError.ts';
import { languages } from '../language/language.ts';
import { wordsIn } from '../language/words.ts';
import { InvalidTargetError } from '../model/errors.ts';
import { findLayer } from '../model/layer.ts';
import { readTargetText } from '../model/targetText.ts';
import { tasks } from '../model/task/task.ts';
import { maskFrom } from '../node/maskFile.ts';
import { readNamedText } from '../node/namedFile.ts';
import { reportFolder } from '../node/reportFolder.ts';
import { checkSizes, printSummary } from './explainResult.ts';
import { commandLine, UsageError } from './flags.ts';
import { checkFailOn, failOnWords } from './gate.ts';
import { severalInputs } from './heldFlag.ts';
import { inputWords, namedFiles, openInputs } from './inputs.ts';
import { workOptions } from './interruption.ts';
import { languageFrom } from './languageFlag.ts';
import { methodChoice } from './methodFlags.ts';
import { addMethodOptions, addModelOptions, type ModelFlags, modelFrom, modelInputs } from './modelOptions.ts';
import { writeWhole } from './output.ts';
import { prepareTargets } from './outputTargets.ts';
import { type Progress, progressTo } from './progress.ts';
import { say } from './streams.ts';

interface Flags extends ModelFlags, Readonly<Record<string, unknown>> {
  readonly method?: string;
  readonly target: string;
  readonly threshold?: string;
  readonly within?: string;
  readonly layer?: string;
  readonly unit?: string;
  readonly checks: boolean;
  readonly studies?: boolean;
  readonly out: string;
  readonly rules?: string;
  readonly save?: string;
  readonly pictures?: boolean;
  readonly json?: boolean;
  readonly lang?: string;
  readonly author?: string;
  readonly dated?: boolean;
  readonly failOn?: string;
}

export function addExplainCommand(program: Command): void {
  const command = program
    .command('explain')
    .description('explain what a model decides about images: a report, and arrays on request')
    .argument('<model>', 'ONNX file')
    .argument('<input...>', `${inputWords}; .csv file of a table or signal`)
    .option(
      '--method <ids>',
      'methods, separated by commas; "default" is three or four that fit the model, "all" takes minutes (see "konkyo methods")',
    )
    .option(
      '--target <target>',
      'class index or name, "predicted", A-vs-B, label:NAME, value, value:COLUMN, class:NAME, class:NAME@MASK.png, box:X1,Y1,X2,Y2[:CLASS], or a slice of an output, "OUTPUT[0,4:84,7]"',
      'predicted',
    )
    .option('--task <kind>', `what the model does, where that cannot be seen: ${tasks.join(', ')}`)
    .option('--threshold <p>', 'the probability from which a label is there (default: 0.5), or a box (default: 0.25)')
    .option(
      '--within <distance>',
      'a value counts as the same within this distance, in its own units (default: 5% of what it varies by over probe images)',
    )
    .option(
      '--layer <name>',
      'the layer that layer methods look at (default: the last one with positions), or that --unit is of',
    )
    .option(
      '--unit <n>',
      'explain a unit of --layer in place of a class: of a convolution, a channel over all positions',
    )
    .option(
      '--no-checks',
      'leave out deletion, insertion and random weights (62 runs of the model a map, and each map once more), and regions and filters',
    )
    .option(
      '--studies',
      'also look for the regions that the decision needs and the filters that carried it (of small images that is done unasked)',
    )
    .option('--probabilities', 'explain the output as it is, not the scores before a final softmax or sigmoid')
    .optionsGroup('Results:')
    .option('--out <folder>', 'where the report goes', 'report')
    .option('--rules <file>', 'rules.json of "konkyo rules": the report also says which rule fired')
    .option('--save <file.npz>', 'also write the maps as arrays, one a method, with images, names, targets and scores')
    .option('--pictures', 'also write the maps as PNG files')
    .option('--lang <language>', `language of the report: ${languages.join(' or ')} (default: that of the locale)`)
    .option('--author <name>', 'who answers for the report: it stands on its first screen')
    .option('--dated', 'the report says when it was made (without it the same seed gives the same bytes)')
    .option('--json', 'print the result as JSON')
    .option('--fail-on <lamp>', failOnWords);
  addMethodOptions(addModelOptions(command)).action(run);
}

async function run(modelPath: string, named: string[], flags: Flags): Promise<void> {
  const progress = progressTo();
  checkFailOn(flags.failOn);
  languageFrom(flags.lang);
  // A wrong one is said before anything is read.
  baselineFrom(flags.baseline);
  const ofMethods = { ...flags, baseline: undefined };
  const inputs = await namedFiles(named);
  const chosen = methodChoice(flags.method, ofMethods);
  await prepareTargets(
    [
      { kind: 'report', path: flags.out },
      ...(flags.save === undefined ? [] : [{ kind: 'arrays', path: flags.save } as const]),
    ],
    {
      inputs: [
        ...modelInputs(modelPath, flags),
        ...named,
        ...inputs,
        maskOf(flags.target),
        flags.rules,
        textOf(flags.baselines),
        textOf(flags.segments),
      ],
      force: flags.force,
    },
  );
  const parts = await severalInputs(modelPath, inputs, flags);
  if (parts) {
    try {
      await explainSeveral(modelPath, parts, flags, { methods: chosen, progress });
    } finally {
      progress.finish();
    }
    return;
  }
  const subjects = await subjectsFrom(modelPath, flags, inputs);
  try {
    // What a detector finds can also be explained by methods that compare boxes.
    const methods = subjects.task === 'detection' ? methodChoice(flags.method, ofMethods, true) : chosen;
    const unit = unitFrom(flags, subjects);
    try {
      await explainAndWrite(modelPath, inputs, flags, { subjects, unit, methods, progress });
    } finally {
      await unit?.classifier.release();
    }
  } finally {
    progress.finish();
    await subjects.release();
  }
}

async function subjectsFrom(
  path: string,
  flags: Flags,
  inputs: readonly string[],
  part?: InputPart,
): Promise<Subjects> {
  const [threshold, tolerance] = [numberOf('threshold', flags.threshold), numberOf('within', flags.within)];
  const subjects = await subjectsOf(await modelFrom(path, flags, inputs, part), {
    target: flags.target,
    explain: flags.probabilities === true ? 'output' : 'scores',
    threshold,
    tolerance,
    readMask: maskFrom,
    isAssumed: flags.output === undefined,
  }).catch((error: unknown) => {
    if (error instanceof KonkyoError && !(error instanceof InvalidTargetError))
      error.message = `${path}: ${error.message}`;
    throw error;
  });
  for (const caution of subjects.cautions) say(`${wordsIn(languageFrom(flags.lang)).command.note(caution)}\n`);
  return subjects;
}

/** The file of the mask that a target names. */
function maskOf(target: string): string | undefined {
  const asked = readTargetText(target);
  return asked.kind === 'region' ? asked.mask : undefined;
}

function numberOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const number = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isFinite(number) && number >= 0) return number;
  throw new UsageError(`--${name} takes a number of 0 or more, not "${text}".`);
}

/** What is gone, in the whole explanation: methods, checks and regions. */
function baselineFrom(flag: unknown): number | undefined {
  const text = textOf(flag);
  const pixel = numberOf('baseline', text);
  if (pixel === undefined || pixel <= 255) return pixel;
  throw new UsageError(`--baseline takes a pixel value, 0 to 255, not "${text}".`);
}

interface Loaded {
  readonly subjects: Subjects;
  readonly unit: UnitTarget | undefined;
  readonly methods: MethodChoice;
  readonly progress: Progress;
}

/** Explains each input of a model of several, the others held as its file has them. */
async function explainSeveral(
  modelPath: string,
  parts: readonly InputPart[],
  flags: Flags,
  { methods, progress }: Pick<Loaded, 'methods' | 'progress'>,
): Promise<void> {
  if (flags.layer !== undefined || flags.unit !== undefined) {
    throw new UsageError(
      '--layer and --unit are of one model of one input: name it with --input, and hold the others with --with FILE.npz.',
    );
  }
  const summary = await writeSeveralInputs(parts, {
    ...(await reportOptions(modelPath, flags, { methods, progress })),
    load: (part) => subjectsFrom(modelPath, flags, [], part),
  });
  await printSummary(summary, flags, progress);
}

async function explainAndWrite(
  modelPath: string,
  inputs: readonly string[],
  flags: Flags,
  { subjects, unit, methods, progress }: Loaded,
): Promise<void> {
  const sources = await openInputs(inputs, subjects, flags);
  checkSizes(sources.length, mostMethods(methods), subjects, flags);
  const summary = await writeReport(subjects, sources, {
    ...(await reportOptions(modelPath, flags, { methods, progress })),
    unit,
  });
  await printSummary(summary, flags, progress);
}

async function reportOptions(
  modelPath: string,
  flags: Flags,
  { methods, progress }: Pick<Loaded, 'methods' | 'progress'>,
): Promise<Omit<WriteReportOptions, 'target' | 'unit'>> {
  const { rules, save } = flags;
  return {
    ...workOptions(progress),
    methods,
    checks: flags.checks,
    studies: flags.studies ?? (flags.method === 'all' ? true : undefined),
    baseline: baselineFrom(flags.baseline),
    rules: rules === undefined ? undefined : { name: rules, text: await readNamedText(rules, 'rules') },
    modelName: basename(modelPath),
    command: commandLine(),
    language: languageFrom(flags.lang),
    author: flags.author,
    generatedAt: flags.dated ? new Date().toISOString() : undefined,
    pictures: flags.pictures,
    output: {
      ...reportFolder(flags.out, writeWhole),
      writeArrays: save === undefined ? undefined : (npz) => writeWhole(save, npz),
    },
  };
}

function textOf(flag: unknown): string | undefined {
  return typeof flag === 'string' ? flag : undefined;
}

/**
 * What --layer and --unit mean for this model, checked before anything is computed.
 * @throws UsageError, LayerError
 */
function unitFrom({ layer, unit, target }: Flags, { classifier, task }: Subjects): UnitTarget | undefined {
  if (layer !== undefined && classifier) findLayer(classifier, layer);
  if (unit === undefined) return undefined;
  if (!classifier)
    throw new UsageError(`--unit is of a model that decides once for an image, and this one's task is ${task}.`);
  if (layer === undefined) throw new UsageError('--unit needs --layer NAME: of which layer is it a unit?');
  if (target !== 'predicted') throw new UsageError('--target names a class and --unit a unit: give one of them.');
  if (!/^\d+$/.test(unit)) throw new UsageError(`--unit takes a whole number, not "${unit}".`);
  return unitTarget(classifier, layer, Number(unit));
}
