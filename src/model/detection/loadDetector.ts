import { together } from '../../runtime/release.ts';
import { type LoadModelOptions, loadModel } from '../loadModel.ts';
import type { DetectionSettings } from './detections.ts';
import { type Detector, detectorOf } from './detector.ts';

/**
 * Reads an ONNX detector and makes it ready: its boxes can be found and explained. Of a model that ends in a NonMaxSuppression, what
 * goes into that is read.
 * @param bytes the contents of the ONNX file.
 * @throws UnsuitableModelError for outputs whose layout is not recognised, and what `loadModel` throws.
 */
export function loadDetector(bytes: Uint8Array, options: LoadModelOptions & DetectionSettings): Promise<Detector> {
  return together(async (keep) => keep(detectorOf(await keep(loadModel(bytes, options)), options)));
}
