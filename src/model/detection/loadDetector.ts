import { readModel } from '../../onnx/readModel.ts';
import { together } from '../../runtime/release.ts';
import type { LoadModelOptions } from '../loadModel.ts';
import { loadModel } from '../loadModel.ts';
import { type Detector, detectorOf } from './detector.ts';
import { exportedNames } from './exportedNames.ts';
import { suppressionOf } from './suppression.ts';

/**
 * Reads an ONNX detector and makes it ready: its boxes can be found and explained. Of a model with a NonMaxSuppression at its end what
 * goes into that is read.
 * @param bytes the contents of the ONNX file.
 * @throws UnsuitableModelError for outputs whose layout is not recognised, and what `loadModel` throws.
 */
export async function loadDetector(bytes: Uint8Array, options: LoadModelOptions): Promise<Detector> {
  const settings = options.input?.detection ?? {};
  const file = readModel(bytes, options.external);
  const { boxes, scores } = settings;
  const named = options.outputs ?? (boxes !== undefined && scores !== undefined ? [boxes, scores] : undefined);
  const suppressed = named ? undefined : suppressionOf(file);
  const outputs = suppressed ? [suppressed.boxes, suppressed.scores] : named;
  return together(async (keep) => {
    const loaded = await keep(loadModel(bytes, { ...options, outputs }));
    const classes = loaded.input.classes ?? exportedNames(file);
    const model = { ...loaded, input: { ...loaded.input, classes } };
    const detector = await keep(detectorOf(model, { settings, suppressed }));
    const notes = suppressed
      ? [
          `The model ends in a NonMaxSuppression, whose choice changes with no pixel until it changes altogether: what goes into it was explained, "${suppressed.boxes}" and "${suppressed.scores}".`,
        ]
      : [];
    return { ...detector, notes: [...detector.notes, ...notes] };
  });
}
