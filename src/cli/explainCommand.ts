import { basename, dirname } from 'node:path';
import type { Command } from 'commander';
import { nodeRuntime } from '../runtime/node.ts';
import { type ExplainSummary, runExplainJob } from './explainJob.ts';
import { type InputFlags, inputSettings } from './inputFlags.ts';
import { readInputs } from './inputs.ts';
import { chosenMethods, methodOptions } from './methodFlags.ts';
import { loadModelFile } from './modelFile.ts';
import { prepareFolder } from './output.ts';
import { progressTo } from './progress.ts';
import { parseTarget } from './targetFlag.ts';
import { threadCount } from './threads.ts';

interface Flags extends InputFlags, Readonly<Record<string, unknown>> {
  readonly method?: string;
  readonly target: string;
  readonly output?: string;
  readonly probabilities?: boolean;
  readonly out: string;
  readonly save?: string;
  readonly pictures?: boolean;
  readonly json?: boolean;
  readonly dataDir?: string;
  readonly threads?: string;
}

export function addExplainCommand(program: Command): void {
  const command = program
    .command('explain')
    .description('explain what a model decides about images: a report, and arrays on request')
    .argument('<model>', 'ONNX file')
    .argument(
      '<input...>',
      'PNG, JPEG or WebP picture (or - for one on stdin), .npy or .npz array (model input as it is), or DATASET:INDEX, such as digits:7',
    )
    .option('--method <ids>', 'methods, separated by commas (default: all; see "konkyo methods")')
    .option('--target <class>', 'class index or name, "predicted", or A-vs-B', 'predicted')
    .option('--output <name>', 'the output with the class scores, where the model has several')
    .option('--probabilities', 'explain the output as it is, not the scores before a final softmax or sigmoid')
    .option('--out <folder>', 'where the report goes', 'report')
    .option('--save <file.npz>', 'also write the maps as arrays, one a method')
    .option('--pictures', 'also write the maps as PNG files')
    .option('--json', 'print the result as JSON')
    .option('--size <HxW>', "height and width, where the model leaves its input's size open")
    .option('--layout <layout>', 'NCHW or NHWC')
    .option('--order <order>', 'RGB or BGR')
    .option('--scale <factor>', 'pixels 0..255 are multiplied by it (default: 1/255)')
    .option('--mean <numbers>', 'then these are subtracted, one or one a channel (default: 0)')
    .option('--std <numbers>', 'then divided by these (default: 1)')
    .option('--classes <file>', 'class names, one a line')
    .option('--data-dir <folder>', 'where the files of a named data set are')
    .option('--threads <n>', 'threads (default: all)');
  command.option(
    '--baselines <images>',
    'what expected-gradients compares with: a folder of pictures, an .npy or .npz file, or a data set such as digits (default: blank images from black to white)',
  );
  for (const [name, { option, methods }] of methodOptions()) {
    command.option(`--${name} <number>`, `${option.about} (${methods.join(', ')}; default ${option.default})`);
  }
  command.action(run);
}

async function run(modelPath: string, inputs: string[], flags: Flags): Promise<void> {
  const progress = progressTo();
  const methods = chosenMethods(flags.method, flags);
  await prepareFolder(flags.out);
  if (flags.save !== undefined) await prepareFolder(dirname(flags.save));
  const classifier = await loadModelFile(modelPath, {
    runtime: nodeRuntime(threadCount(flags.threads)),
    settings: await inputSettings(flags),
    explain: flags.probabilities === true ? 'output' : 'scores',
    ...(flags.output === undefined ? {} : { output: flags.output }),
  });
  try {
    const summary = await runExplainJob({
      classifier,
      modelName: basename(modelPath),
      images: await readInputs(inputs, classifier, flags.dataDir === undefined ? {} : { dataDir: flags.dataDir }),
      methods,
      ...(flags.target === 'predicted' ? {} : { target: parseTarget(flags.target, classifier) }),
      out: flags.out,
      pictures: flags.pictures === true,
      ...(flags.save === undefined ? {} : { save: flags.save }),
      title: basename(modelPath),
      command: ['konkyo', ...process.argv.slice(2)].map(quote).join(' '),
      progress,
    });
    process.stdout.write(flags.json === true ? `${JSON.stringify(summary, null, 2)}\n` : inWords(summary));
  } finally {
    progress.finish();
    await classifier.release();
  }
}

function inWords({ images, report }: ExplainSummary): string {
  const lines = images.map(
    ({ name, predicted, probability, score }) =>
      `${name}: ${predicted} (${probability === undefined ? `score ${score.toPrecision(4)}` : `${(probability * 100).toFixed(1)}%`})`,
  );
  return `${lines.join('\n')}\nReport: ${report}\n`;
}

/** As a shell takes it. */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
