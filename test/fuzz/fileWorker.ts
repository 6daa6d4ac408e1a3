import { isKonkyoError } from '../../src/konkyoError.ts';
import { random } from '../../src/random/random.ts';
import { fileFormats, Wrong } from './fileFormats.ts';
import { mutateFile } from './fileMutations.ts';

/*
 * A process of its own, for a file may crash or hang it: takes mutated files `from` to `to`, reads each, and writes a line
 * before and after each.
 */

/** A reader's time for a file; these are of some hundred bytes. */
const milliseconds = 2000;

const [from = 0, to = 0] = process.argv.slice(2).map(Number);

for (let seed = from; seed < to; seed++) {
  process.stdout.write(`${seed} start\n`);
  process.stdout.write(`${seed} ${await outcome(seed)}\n`);
}

async function outcome(seed: number): Promise<string> {
  const format = fileFormats[seed % fileFormats.length]!;
  const source = random(seed);
  const bytes = mutateFile(format.samples[source.index(format.samples.length)]!, source);
  const start = process.cpuUsage();
  const result = await reading(format.name, () => format.read(bytes));
  const { user, system } = process.cpuUsage(start);
  const took = (user + system) / 1000;
  return took > milliseconds ? `FAILED ${format.name}: took ${took.toFixed(0)} ms` : result;
}

async function reading(name: string, read: () => unknown): Promise<string> {
  try {
    await read();
    return `${name} accepted`;
  } catch (error) {
    if (error instanceof Wrong) return `FAILED ${name}: accepted and wrong: ${error.message}`;
    return isKonkyoError(error)
      ? `${name} refused ${error.tag}`
      : `FAILED ${name}: untagged ${error instanceof Error ? error.stack : error}`.replaceAll('\n', ' | ');
  }
}
