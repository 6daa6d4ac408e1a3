import type { DetectionLayout } from '../../src/model/detection/layout.ts';
import type { Tensor } from '../../src/onnx/tensor.ts';

/* What anchors propose, written as plain loops in double precision. */

export interface SlowProposal {
  /** left, top, right, bottom */
  readonly box: readonly number[];
  readonly logits: readonly number[];
  /** Without the background. */
  readonly probabilities: readonly number[];
  readonly objectness: number;
}

export function slowProposals(
  { name }: Pick<DetectionLayout, 'name'>,
  outputs: Readonly<Record<string, Tensor<'float32'>>>,
  image: number,
  { height, width }: { readonly height: number; readonly width: number },
): SlowProposal[] {
  const at = (output: string, ...place: number[]) => {
    const { dims, data } = outputs[output]!;
    const index = [image, ...place].reduce((sum, i, axis) => sum * dims[axis]! + i, 0);
    return data[index]!;
  };
  const range = (count: number) => Array.from({ length: count }, (_, i) => i);
  const corners = ([cx = 0, cy = 0, w = 0, h = 0]: readonly number[]) => [
    cx - w / 2,
    cy - h / 2,
    cx + w / 2,
    cy + h / 2,
  ];
  const logit = (p: number) => Math.log(p / (1 - p));
  switch (name) {
    case 'yolov8': {
      const [, columns, anchors] = outputs.output0!.dims;
      return range(anchors!).map((a) => {
        const numbers = range(columns!).map((c) => at('output0', c, a));
        const probabilities = numbers.slice(4);
        const logits = probabilities.map(logit);
        return { box: corners(numbers), logits, probabilities, objectness: Math.max(...probabilities) };
      });
    }
    case 'yolov5': {
      const [, anchors, columns] = outputs.output!.dims;
      return range(anchors!).map((a) => {
        const numbers = range(columns!).map((c) => at('output', a, c));
        const probabilities = numbers.slice(5);
        return { box: corners(numbers), logits: probabilities.map(logit), probabilities, objectness: numbers[4]! };
      });
    }
    case 'ssd': {
      const [, anchors, columns] = outputs.scores!.dims;
      return range(anchors!).map((a) => {
        const all = range(columns!).map((c) => at('scores', a, c));
        const box = range(4).map((c) => at('boxes', a, c) * (c % 2 === 0 ? width : height));
        const logits = all.slice(1).map((p) => Math.log(p / all[0]!));
        return { box, logits, probabilities: all.slice(1), objectness: 1 - all[0]! };
      });
    }
    case 'detr': {
      const [, anchors, columns] = outputs.logits!.dims;
      return range(anchors!).map((a) => {
        const z = range(columns!).map((c) => at('logits', a, c));
        const total = z.reduce((sum, one) => sum + Math.exp(one), 0);
        const all = z.map((one) => Math.exp(one) / total);
        const box = corners(range(4).map((c) => at('pred_boxes', a, c) * (c % 2 === 0 ? width : height)));
        const logits = z.slice(0, -1).map((one) => one - z.at(-1)!);
        return { box, logits, probabilities: all.slice(0, -1), objectness: 1 - all.at(-1)! };
      });
    }
    default:
      throw new Error(`No slow version of ${name}.`);
  }
}

export function slowOverlap(a: readonly number[], b: readonly number[]): number {
  const [l, t, r, d] = [Math.max(a[0]!, b[0]!), Math.max(a[1]!, b[1]!), Math.min(a[2]!, b[2]!), Math.min(a[3]!, b[3]!)];
  const shared = Math.max(0, r - l) * Math.max(0, d - t);
  const area = (one: readonly number[]) => Math.max(0, one[2]! - one[0]!) * Math.max(0, one[3]! - one[1]!);
  return shared / (area(a) + area(b) - shared);
}

/** Petsiuk et al. 2021: the largest over all proposals of IoU x cosine x objectness. */
export function slowSimilarity(
  proposals: readonly SlowProposal[],
  target: { readonly box: readonly number[]; readonly probabilities: readonly number[] },
): number {
  let largest = 0;
  for (const { box, probabilities, objectness } of proposals) {
    let [dot, own, other] = [0, 0, 0];
    for (const [k, p] of probabilities.entries()) {
      dot += p * target.probabilities[k]!;
      own += p * p;
      other += target.probabilities[k]! ** 2;
    }
    const cosine = dot / Math.sqrt(own * other);
    largest = Math.max(largest, slowOverlap(box, target.box) * cosine * objectness);
  }
  return largest;
}
