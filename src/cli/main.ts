#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { isKonkyoError } from '../konkyoError.ts';
import { addCompileCommand } from './compileCommand.ts';
import { addDemoCommand } from './demoCommand.ts';
import { addExplainCommand } from './explainCommand.ts';
import { addFiltersCommand } from './filtersCommand.ts';
import { addMaximizeCommand } from './maximizeCommand.ts';
import { addMethodsCommand } from './methodsCommand.ts';
import { addNoncontributingCommand } from './noncontributingCommand.ts';
import { addRegionsCommand } from './regionsCommand.ts';
import { addReproduceCommand } from './reproduceCommand.ts';
import { addRulesCommand } from './rulesCommand.ts';
import { addTrainCommand } from './trainCommand.ts';
import { version } from './version.ts';

const program = new Command('konkyo')
  .description('What a neural network’s decision rests on: explains image classifiers in ONNX format.')
  .version(version)
  .exitOverride();
addExplainCommand(program);
addMethodsCommand(program);
addCompileCommand(program);
addMaximizeCommand(program);
addTrainCommand(program);
addNoncontributingCommand(program);
addFiltersCommand(program);
addRegionsCommand(program);
addRulesCommand(program);
addReproduceCommand(program);
addDemoCommand(program);

/** Errors of the command line itself, whatever floor finds them. */
const usageTags: readonly string[] = ['usage', 'unknown-method', 'method-option', 'not-compilable'];

/** konkyo's own errors in words; anything else with its stack, for it is a bug. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (isKonkyoError(error)) {
    process.stderr.write(`konkyo: ${error.message}\n`);
    return usageTags.includes(error.tag) ? 2 : 1;
  }
  process.stderr.write(
    `konkyo: unexpected error, please report it\n${error instanceof Error ? error.stack : String(error)}\n`,
  );
  return 1;
}

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}
