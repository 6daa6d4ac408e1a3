import * as v from 'valibot';
import { activations, backgrounds, boxForms, boxUnits, layoutNames } from './layout.ts';

const name = v.pipe(v.string(), v.nonEmpty());
const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));

/** `"detection"` in MODEL.konkyo.json: what of a detector's layout its shapes do not say, and when a box is kept. */
export const detectionSchema = v.strictObject({
  layout: v.optional(v.picklist(layoutNames)),
  /** The output with the boxes, and that with the class scores, where they are two. */
  boxes: v.optional(name),
  scores: v.optional(name),
  form: v.optional(v.picklist(boxForms)),
  unit: v.optional(v.picklist(boxUnits)),
  given: v.optional(v.picklist(['probabilities', 'logits'])),
  activation: v.optional(v.picklist(activations)),
  background: v.optional(v.picklist(backgrounds)),
  threshold: v.optional(share),
  iou: v.optional(share),
});

export type DetectionLayoutSettings = v.InferOutput<typeof detectionSchema>;
