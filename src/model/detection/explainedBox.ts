import type { ExplainedBox } from './detections.ts';
import type { DetectionLayout } from './layout.ts';

/** The box that a classifier's scores are of, with what is needed to compare others with it. */
export interface BoxOfScores extends ExplainedBox {
  readonly layout: DetectionLayout;
}
