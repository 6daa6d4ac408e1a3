import { basename } from 'node:path';
import { explainBoxes } from '../app/explainBoxes.ts';
import type { ExplainSummary } from '../app/explainSummary.ts';
import type { WriteReportOptions } from '../app/reportOutput.ts';
import { writeFound } from '../app/writeReport.ts';
import { isBoxTarget, parseBox } from '../model/detection/chooseBox.ts';
import { scoped } from '../runtime/release.ts';
import { UsageError } from './flags.ts';
import { openInputs } from './inputs.ts';
import { detectorFrom, type ModelFlags } from './modelOptions.ts';

/** So many pictures' boxes are explained on one page. */
const mostPictures = 20;

/** What `konkyo explain` does of a detector: its boxes explained, and the report written. */
export function explainDetector(
  modelPath: string,
  inputs: readonly string[],
  { target, ...flags }: ModelFlags & { readonly target: string },
  options: Omit<WriteReportOptions, 'modelName' | 'target' | 'unit' | 'rules'>,
): Promise<ExplainSummary> {
  return scoped(async (keep) => {
    const detector = await keep(detectorFrom(modelPath, flags));
    const { input } = detector.model;
    if (target !== 'predicted' && !isBoxTarget(target)) {
      throw new UsageError(
        `"${target}" is no target of a detector: give box:X1,Y1,X2,Y2 or box:X1,Y1,X2,Y2:CLASS, or leave it out for its strongest boxes.`,
      );
    }
    const box = isBoxTarget(target) ? parseBox(target, input, detector.layout.classes) : undefined;
    const sources = await openInputs(inputs, { input }, flags);
    if (sources.length > mostPictures) {
      throw new UsageError(
        `There are ${sources.length} pictures, and the boxes of at most ${mostPictures} are explained at a time.`,
      );
    }
    const images = [];
    for (const source of sources) images.push(await source.read());
    const found = await explainBoxes(detector, images, { ...options, box });
    return writeFound(found, { ...options, modelName: basename(modelPath) });
  });
}
