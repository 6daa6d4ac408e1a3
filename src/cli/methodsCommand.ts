import type { Command } from 'commander';
import type { MethodKind } from '../attribution/method.ts';
import { boxMethodKinds, methodKinds } from '../methods.ts';
import { printJson, printResult } from './streams.ts';

const all: readonly MethodKind[] = [...methodKinds, ...boxMethodKinds];

export function addMethodsCommand(program: Command): void {
  program
    .command('methods')
    .description('list the explanation methods and their options')
    .option('--json', 'as JSON')
    .action((flags: { readonly json?: boolean }) => (flags.json ? printJson(all.map(asJson)) : printResult(inWords())));
}

function asJson({ id, title, about, unit, options, resources }: MethodKind) {
  // That programs may give pairs is of no use to whoever reads flags.
  const flags = Object.entries(options).map(([name, { pair: _, ...option }]) => [name, option] as const);
  return {
    id,
    title,
    about,
    unit,
    options: Object.fromEntries(flags),
    resources: resources.length > 0 ? resources : undefined,
  };
}

function inWords(): string {
  const width = Math.max(...all.map(({ id }) => id.length));
  const lines = all.flatMap(({ id, about, options }) => [
    `${id.padEnd(width)}  ${about}`,
    ...Object.entries(options).map(
      ([name, option]) => `${' '.repeat(width + 2)}--${name}: ${option.about} (default ${option.default})`,
    ),
  ]);
  return `${lines.join('\n')}\n`;
}
