import { appendFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type EvaluatedPart, type PartStore, partFromLine, partToLine } from '../app/evaluatedParts.ts';
import { makeFolder } from '../datasets/writeBeside.ts';
import { sha256 } from '../model/identity.ts';
import type { Progress } from './progress.ts';

function fileIn(folder: string): string {
  return join(folder, 'evaluation.parts.jsonl');
}

/**
 * Parts of an evaluation beside its page, until it is finished: a line that says of which evaluation, then a line each. Parts of
 * another evaluation make room.
 */
export async function evaluationParts(folder: string, key: string, progress: Progress): Promise<PartStore> {
  const path = fileIn(folder);
  const name = await sha256(new TextEncoder().encode(key));
  const [first, ...lines] = (await readFile(path, 'utf8').catch(() => '')).split('\n');
  const earlier = first === name ? lines.flatMap(wholeParts) : [];
  if (earlier.length > 0) {
    const images = earlier.reduce((sum, part) => sum + part.images.length, 0);
    progress.message(`Going on from ${images} images that an interrupted run has measured.`);
  }
  await makeFolder(folder);
  await writeFile(path, [name, ...earlier.map(partToLine), ''].join('\n'));
  return { earlier, save: (part) => appendFile(path, `${partToLine(part)}\n`) };
}

/** The last line may have been cut off where the process was ended. */
function wholeParts(line: string): readonly EvaluatedPart[] {
  try {
    return line === '' ? [] : [partFromLine(line)];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

export async function removeParts(folder: string): Promise<void> {
  await rm(fileIn(folder), { force: true });
}
