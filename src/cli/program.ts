import { Command, CommanderError } from 'commander';
import { isKonkyoError } from '../konkyoError.ts';
import { version } from '../version.ts';
import { UsageError } from './flags.ts';
import { interruptedStatus } from './interruption.ts';
import { printResult, say } from './streams.ts';

/** In the order of the help. Each is loaded when it is asked for: some bring large libraries with them. */
const commands: Readonly<Record<string, () => Promise<(program: Command) => void>>> = {
  explain: async () => (await import('./explainCommand.ts')).addExplainCommand,
  methods: async () => (await import('./methodsCommand.ts')).addMethodsCommand,
  evaluate: async () => (await import('./evaluateCommand.ts')).addEvaluateCommand,
  checks: async () => (await import('./checksCommand.ts')).addChecksCommand,
  compile: async () => (await import('./compileCommand.ts')).addCompileCommand,
  bulk: async () => (await import('./bulkCommand.ts')).addBulkCommand,
  work: async () => (await import('./workCommand.ts')).addWorkCommand,
  atlas: async () => (await import('./atlasCommand.ts')).addAtlasCommand,
  maximize: async () => (await import('./maximizeCommand.ts')).addMaximizeCommand,
  train: async () => (await import('./trainCommand.ts')).addTrainCommand,
  noncontributing: async () => (await import('./noncontributingCommand.ts')).addNoncontributingCommand,
  verify: async () => (await import('./verifyCommand.ts')).addVerifyCommand,
  filters: async () => (await import('./filtersCommand.ts')).addFiltersCommand,
  regions: async () => (await import('./regionsCommand.ts')).addRegionsCommand,
  rules: async () => (await import('./rulesCommand.ts')).addRulesCommand,
  reproduce: async () => (await import('./reproduceCommand.ts')).addReproduceCommand,
  demo: async () => (await import('./demoCommand.ts')).addDemoCommand,
  app: async () => (await import('./appCommand.ts')).addAppCommand,
};

/** The command asked for, or all of them where the help, or an error message, has to name them. */
async function addCommands(program: Command, asked: string | undefined): Promise<void> {
  const load = asked !== undefined && Object.hasOwn(commands, asked) ? commands[asked] : undefined;
  for (const one of load ? [load] : Object.values(commands)) (await one())(program);
}

/** Errors of the command line itself, whatever floor finds them. */
const usageTags: readonly string[] = [
  'usage',
  'unknown-method',
  'unknown-check',
  'method-option',
  'not-compilable',
  'overwrite',
  'too-many-images',
];

/** Says konkyo's own errors in words; anything else with its stack, for it is a bug. @returns the exit status */
export function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (isKonkyoError(error)) {
    say(`konkyo: ${error.message}\n`);
    if (error.tag === 'interrupted') return interruptedStatus();
    return usageTags.includes(error.tag) ? 2 : 1;
  }
  say(`konkyo: unexpected error, please report it\n${error instanceof Error ? error.stack : String(error)}\n`);
  return 1;
}

/** Without it no relative path means anything, and Node starts no thread. @throws UsageError */
function checkWorkingFolder(): void {
  try {
    process.cwd();
  } catch (cause) {
    throw new UsageError('The folder that konkyo was started in is gone. Change to another one, and start again.', {
      cause,
    });
  }
}

/** Runs one command line, without the program's name. Where it fails the exit status is set. */
export async function runProgram(words: readonly string[]): Promise<void> {
  const program = new Command('konkyo')
    .description('What a neural network’s decision rests on: explains image classifiers in ONNX format.')
    .version(version)
    .exitOverride()
    .configureOutput({ writeOut: (text) => void printResult(text), writeErr: say });
  try {
    checkWorkingFolder();
    await addCommands(program, words[0]);
    await program.parseAsync(words, { from: 'user' });
  } catch (error) {
    process.exitCode = report(error);
  }
}
