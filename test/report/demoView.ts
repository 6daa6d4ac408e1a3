import type { Picture } from '../../src/pictures/picture.ts';
import { mapScale } from '../../src/report/drawing/mapReading.ts';
import type {
  AttributionMap,
  Decision,
  ExplainedImage,
  Figure,
  Provenance,
  ReportView,
} from '../../src/report/explanation/view.ts';

/** Invented but plausible reports, for tests and for looking at the page. */
export function demoDigits(digits: readonly number[] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]): ReportView {
  return {
    title: 'Ten handwritten digits, explained',
    explained: digits.map((digit) => demoDigit(digit)),
    provenance: demoProvenance,
  };
}

export function demoSingle(): ReportView {
  return { title: 'Why digits:7 is a seven', explained: [demoDigit(7, true)], provenance: demoProvenance };
}

/** A photograph with a method's maps at its own size and a coarse map of a layer. */
export function demoPhotograph(picture: Picture): ReportView {
  const ranked = [
    { index: 281, label: 'tabby, tabby cat', score: 14.21, probability: 0.6214 },
    { index: 285, label: 'Egyptian cat', score: 13.37, probability: 0.2681 },
    { index: 282, label: 'tiger cat', score: 12.2, probability: 0.0832 },
    { index: 287, label: 'lynx, catamount', score: 10.03, probability: 0.0095 },
    { index: 728, label: 'plastic bag', score: 8.42, probability: 0.0019 },
  ];
  const noise = randomNumbers(3);
  const bump = (x: number, y: number, atX: number, atY: number, size: number) =>
    Math.exp(-((x - atX) ** 2 + (y - atY) ** 2) / (2 * size ** 2));
  const field = (x: number, y: number) => bump(x, y, 0.52, 0.36, 0.16) - 0.45 * bump(x, y, 0.2, 0.8, 0.13);
  const grid = (size: number, value: (x: number, y: number) => number) =>
    Float32Array.from({ length: size * size }, (_, at) =>
      value(((at % size) + 0.5) / size, (Math.floor(at / size) + 0.5) / size),
    );
  const target = 'tabby, tabby cat';
  return {
    title: 'kitten_224.png, explained',
    explained: [
      {
        id: 'kitten_224.png',
        name: 'kitten_224.png',
        picture,
        decision: {
          chosen: ranked[0]!,
          ranked,
          explained: { kind: 'score', before: 'Softmax' },
        },
        maps: [
          mapOf(
            'integrated-gradients',
            target,
            224,
            grid(224, (x, y) => 0.02 * (field(x, y) + 0.04) * 3 * noise()),
            {
              summedChannels: 3,
            },
          ),
          mapOf(
            'smoothgrad',
            target,
            224,
            grid(224, (x, y) => 0.4 * field(x, y) + 0.06 * noise()),
            {
              summedChannels: 3,
            },
          ),
          mapOf(
            'grad-cam',
            target,
            13,
            grid(13, (x, y) => Math.max(0, field(x, y) - 0.05)),
            {
              unit: 'units of activation times gradient',
            },
          ),
          mapOf(
            'integrated-gradients',
            'tabby, tabby cat rather than Egyptian cat',
            224,
            grid(224, (x, y) => 0.01 * bump(x, y, 0.6, 0.6, 0.15) * 3 * noise() + 0.002 * bump(x, y, 0.4, 0.3, 0.2)),
            {
              summedChannels: 3,
            },
          ),
        ],
      },
    ],
    provenance: {
      ...demoProvenance,
      model: {
        file: 'squeezenet1.1-7.onnx',
        sha256: 'a8b1f9d0c2e34f5566778899aabbccddeeff00112233445566778899aabbccdd',
        producer: 'MXNet 1.3.0',
        opset: 21,
        upgradedFrom: 7,
        parameters: 1235496,
      },
      command:
        'konkyo explain squeezenet1.1-7.onnx kitten_224.png --method integrated-gradients,smoothgrad,grad-cam --seed 1',
    },
  };
}

export function demoDigit(digit: number, contrast = false): ExplainedImage {
  const picture = drawDigit(digit);
  const runnerUp = [6, 7, 8, 8, 9, 3, 5, 9, 3, 4][digit] ?? 0;
  const mistaken = digit === 8;
  const decision = demoDecision(mistaken ? runnerUp : digit, mistaken ? digit : runnerUp, digit);
  const target = decision.chosen.label;
  return {
    id: `digits:${digit}`,
    name: `digits:${digit}`,
    picture,
    truth: String(digit),
    decision,
    maps: [
      ...digitMaps(picture, digit, target),
      ...(contrast ? digitMaps(picture, digit + 20, `${target} rather than ${runnerUp}`).slice(1) : []),
    ],
  };
}

const strokes: readonly (readonly (readonly [number, number])[])[] = [
  [
    [14, 5],
    [9, 8],
    [8, 14],
    [9, 20],
    [14, 23],
    [19, 20],
    [20, 14],
    [19, 8],
    [14, 5],
  ],
  [
    [12, 8],
    [15, 5],
    [14, 23],
  ],
  [
    [8, 9],
    [11, 5],
    [17, 6],
    [19, 10],
    [15, 16],
    [8, 22],
    [20, 22],
  ],
  [
    [8, 6],
    [17, 5],
    [19, 9],
    [13, 13],
    [19, 17],
    [17, 22],
    [8, 22],
  ],
  [
    [10, 5],
    [8, 14],
    [19, 14],
    [19, 14],
    [18, 5],
    [18, 23],
  ],
  [
    [19, 5],
    [10, 5],
    [9, 13],
    [16, 12],
    [19, 17],
    [16, 22],
    [8, 22],
  ],
  [
    [17, 5],
    [10, 11],
    [8, 18],
    [12, 23],
    [18, 20],
    [17, 15],
    [9, 16],
  ],
  [
    [7, 6],
    [20, 6],
    [16, 13],
    [12, 23],
  ],
  [
    [18, 7],
    [12, 5],
    [9, 9],
    [18, 17],
    [15, 23],
    [9, 20],
    [18, 9],
    [18, 7],
  ],
  [
    [19, 8],
    [14, 5],
    [9, 9],
    [13, 13],
    [19, 9],
    [18, 16],
    [15, 23],
  ],
];

function drawDigit(digit: number): Picture {
  const points = strokes[digit] ?? [];
  const data = Uint8Array.from({ length: 28 * 28 }, (_, at) => {
    const [x, y] = [at % 28, Math.floor(at / 28)];
    const distances = points.slice(1).map((to, index) => toSegment(x, y, points[index]!, to));
    return Math.round(255 * Math.min(1, Math.max(0, 2.1 - Math.min(...distances))));
  });
  return { width: 28, height: 28, channels: 1, data };
}

function toSegment(x: number, y: number, from: readonly [number, number], to: readonly [number, number]): number {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const along = ((x - from[0]) * dx + (y - from[1]) * dy) / (dx * dx + dy * dy || 1);
  const share = Math.min(1, Math.max(0, along));
  return Math.hypot(x - from[0] - share * dx, y - from[1] - share * dy);
}

function demoDecision(chosen: number, second: number, seed: number): Decision {
  const noise = randomNumbers(seed + 50);
  const sure = chosen !== 3 || seed === 3 ? 0.9 + 0.0995 * Math.abs(noise()) : 0.613;
  const third = (chosen + 3) % 10 === second ? (chosen + 4) % 10 : (chosen + 3) % 10;
  const entry = (index: number, probability: number) => ({
    index,
    label: String(index),
    score: 12 + Math.log(probability),
    probability,
  });
  const rest = 1 - sure;
  const ranked = [entry(chosen, sure), entry(second, rest * 0.8), entry(third, rest * 0.17)];
  return { chosen: ranked[0]!, ranked, explained: { kind: 'score', before: 'Softmax' } };
}

const abouts: Readonly<Record<string, { readonly title: string; readonly about: string }>> = {
  saliency: {
    title: 'Saliency',
    about: 'Where a slightly brighter pixel would raise or lower the score.',
  },
  'integrated-gradients': {
    title: 'Integrated gradients',
    about: 'How much each pixel added to the score on the way from an empty image to this one.',
  },
  occlusion: {
    title: 'Occlusion',
    about: 'How far the score falls when a small window of the image is covered.',
  },
  smoothgrad: {
    title: 'SmoothGrad',
    about: 'The gradient averaged over many slightly noisy copies of the image.',
  },
  'grad-cam': {
    title: 'Grad-CAM',
    about: 'Which regions of the last convolution’s output raise the score.',
  },
};

function digitMaps(picture: Picture, seed: number, target: string): readonly AttributionMap[] {
  const noise = randomNumbers(seed);
  const [centreX, centreY] = [14 + 5 * noise(), 13 + 5 * noise()];
  const field = (at: number) =>
    Math.cos((at % 28) / 4 - centreX / 4) * Math.cos(Math.floor(at / 28) / 4.5 - centreY / 4.5) + 0.25;
  const ink = (at: number) => (picture.data[at] ?? 0) / 255;
  const values = (value: (at: number) => number) => Float32Array.from({ length: 784 }, (_, at) => value(at));
  const window = (at: number) => 2 * Math.floor((at % 28) / 2) + 56 * Math.floor(at / 56);
  const near = (at: number) => Math.max(ink(at), ink(at - 2), ink(at + 2), ink(at - 56), ink(at + 56));
  const blurred = (at: number) => (ink(at) + near(at)) / 2;
  return [
    mapOf(
      'saliency',
      target,
      28,
      values((at) => (field(at) * (0.2 + blurred(at)) + 0.3 * noise() * near(at)) * 2.1),
      {
        unit: 'score units per unit of brightness',
      },
    ),
    mapOf(
      'integrated-gradients',
      target,
      28,
      values((at) => ink(at) * (field(at) + 0.15 * noise()) * 0.42),
      {},
    ),
    mapOf(
      'occlusion',
      target,
      28,
      values((at) => field(window(at)) * blurred(window(at)) * 1.3),
      {},
    ),
  ];
}

function mapOf(
  method: string,
  target: string,
  size: number,
  values: Float32Array,
  more: Partial<AttributionMap>,
): AttributionMap {
  const { title = method, about = '' } = abouts[method] ?? {};
  return {
    method,
    title,
    about,
    target,
    width: size,
    height: size,
    values,
    unit: 'score units',
    scale: mapScale(values),
    figures: demoFigures[method] ?? [],
    ...more,
  };
}

const deletion: Omit<Figure, 'value' | 'verdict'> = {
  label: 'Deletion',
  aspect: 'faithfulness',
  meaning:
    'The share of the score that is lost when the strongest tenth of the pixels is erased; erasing random pixels loses 9%.',
};
const sanity: Omit<Figure, 'value' | 'verdict'> = {
  label: 'Likeness to a random model’s map',
  aspect: 'randomisation',
  meaning: 'The same method on a model with shuffled weights must give another map: 0 is unrelated, 1 the same.',
};
const demoFigures: Readonly<Record<string, readonly Figure[]>> = {
  saliency: [
    { ...deletion, value: '31%', verdict: 'fair' },
    { ...sanity, value: '0.11', verdict: 'good' },
  ],
  'integrated-gradients': [
    {
      label: 'Completeness gap',
      aspect: 'completeness',
      value: '0.3%',
      verdict: 'good',
      meaning: 'The map should add up to the score’s rise over the empty image; this is how far it misses.',
    },
    { ...deletion, value: '78%', verdict: 'good' },
    { ...sanity, value: '0.06', verdict: 'good' },
  ],
  occlusion: [
    { ...deletion, value: '74%', verdict: 'good' },
    { ...sanity, value: '0.09', verdict: 'good' },
  ],
  'grad-cam': [
    { ...deletion, value: '12%', verdict: 'poor' },
    {
      label: 'Cells',
      aspect: 'completeness',
      value: '13 × 13',
      verdict: 'neutral',
      meaning: 'How coarse the map is before it is stretched.',
    },
  ],
};

const demoProvenance: Provenance = {
  model: {
    file: 'mnist-8.onnx',
    sha256: '2f06e72de813a8635c9bc0397ac447a601bdbfa7df4bebc278723b958831c9bf',
    producer: 'CNTK 2.5.1',
    opset: 21,
    upgradedFrom: 8,
    parameters: 5998,
  },
  input: [
    { label: 'Size', value: '28 × 28 pixels, one channel (grey)' },
    { label: 'Values', value: '0 to 255, as in the file' },
    { label: 'Classes', value: '10: 0 to 9' },
  ],
  settings: [
    { label: 'Integrated gradients', value: '50 steps from black (pixel value 0)' },
    { label: 'Occlusion', value: 'window 2 × 2, stride 2, covered with black' },
    { label: 'Seed', value: '1' },
  ],
  environment: [
    { label: 'konkyo', value: '0.1.0' },
    { label: 'ONNX Runtime', value: '1.30.0, on the processor, 2 threads' },
    { label: 'Node', value: '20.19.5' },
  ],
  command:
    'konkyo explain mnist-8.onnx digits:7 --method saliency,integrated-gradients,occlusion --seed 1 --out report',
};

/** Repeatable numbers in -1 to 1 (a linear congruential generator; good enough to look at). */
function randomNumbers(seed: number): () => number {
  let state = (seed * 2654435761 + 12345) >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}
