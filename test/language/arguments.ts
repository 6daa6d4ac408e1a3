import type * as english from '../../src/language/english/index.ts';

/** Plausible arguments of every function of a catalogue; to leave one out is a compile error. */
type Samples<Messages> = {
  readonly [Name in keyof Messages as Messages[Name] extends string ? never : Name]: Messages[Name] extends (
    ...parts: infer Parts
  ) => unknown
    ? readonly Parts[]
    : Samples<Messages[Name]>;
};

const [a, b, c] = ['QALPHA', 'QBETA', 'QGAMMA'];
const image = { kind: 'image', ninth: 4 } as const;
const corner = { kind: 'image', ninth: 0 } as const;
const signal = { kind: 'signal', third: 1, channel: a } as const;
const table = { kind: 'table', feature: b } as const;
const curve = { isValue: false, segment: 2, steps: 119, baseline: 127 };
const found = [
  { verdict: 'good', count: 123 },
  { verdict: 'poor', count: 4 },
] as const;
const sum = {
  score: 7.25,
  constant: -0.5,
  remainder: 1.5,
  share: 0.375,
  paths: 3,
  layers: [{ name: a, filter: 17, part: 2.5 }],
};
const regions = {
  grid: { rows: 14, columns: 15, side: 2 },
  cover: 'mean',
  flips: 3,
  deciding: 4,
  sufficient: 5,
} as const;
const way = { name: '0..1', order: 'RGB', label: a, probability: 0.75, score: 1.25 } as const;
const other = { name: 'mean and std of ImageNet', label: b, score: -3.5 } as const;
const half = [
  { label: a, share: 0.625 },
  { label: b, share: 0.125 },
];
const text = { title: a, about: b, unit: c };

export const samples: Samples<typeof english> = {
  assumptions: {
    preprocessing: [[a]],
    wayName: [
      ['0..1', 'BGR'],
      ['mean and std of MNIST', undefined],
    ],
    order: [['BGR']],
    allTheSame: [[127]],
    depends: [
      [1, 1, [a, b]],
      [123, 456, [a]],
    ],
    way: [[a, b]],
  },
  atlas: {
    title: [[a]],
    headline: [[0], [1], [127]],
    lede: [[1234, a]],
    masked: [[123, 0.625]],
    notWhole: [[127, 456]],
    groups: {
      name: [[a, 127]],
      size: [
        [1, 1],
        [127, 0.25],
      ],
      right: [[0.75]],
      sameLabel: [[0.75]],
      alone: [
        [0, 0],
        [0.625, 0.75],
      ],
      offObject: [
        [0.625, 0.125],
        [0.625, undefined],
      ],
    },
    scatter: {
      choice: [[a, 127]],
      chosen: [[a]],
      someShown: [[a, b]],
    },
    classes: {
      columns: {},
      meanOf: [[a]],
      beyondAll: [[a]],
      difference: [[a, b]],
    },
    provenance: { of: [[a, b, c, '1.2.3']], method: [[a]], thumbnails: [[a]] },
    found: [
      [1, 1],
      [127, 456],
    ],
    suspect: [[a, 127, 0.625]],
    suspectOff: [[a, 127, 0.625]],
    page: [[a]],
  },
  checks: {
    verdicts: {},
    lights: {},
    counts: [
      [0, [], false],
      [127, found, false],
      [127, found, true],
    ],
    columns: {},
    completeness: { sums: [['1.25', '1.5']] },
    conservation: {
      where: {},
      part: [['1.25', a]],
      account: [
        ['1.25', '1.5', [], undefined],
        ['1.25', '1.5', [a, b], c],
      ],
    },
    randomisation: {},
    curves: {
      value: [
        ['12.5%', '45.5%', '33.5%', false],
        ['12.5%', '45.5%', '33.5%', true],
      ],
      drawn: [[[a, b]]],
      lines: {},
      deletionMeaning: [
        [curve],
        [{ ...curve, isValue: true, segment: 1, kind: 'table' }],
        [{ ...curve, kind: 'signal', isIfLogits: true }],
      ],
      insertionMeaning: [[curve], [{ ...curve, isValue: true, segment: 1, kind: 'signal' }]],
    },
  },
  command: {
    note: [[a]],
    ofImage: [[a, b]],
    sureness: [[{ probability: 0.875, score: 1 }], [{ probabilityIfLogits: 0.875, score: 1 }], [{ score: -3.25 }]],
    decided: [
      [a, b, [], 0, false],
      [a, b, [a, c], 127, true],
    ],
    labels: [[half]],
    noLabel: [[half]],
    value: [[1.25, 0.125]],
    segmentation: [[half], [[{ label: '127', share: 0.625 }]]],
    boxesFound: [[1], [127]],
    box: [
      [{ label: a, share: 0.625 }, [100, 200, 300, 400], 127, true],
      [{ label: a, share: 0.625 }, [100, 200, 300, 400], 127, false],
    ],
    maps: [
      [1, [{ lamp: 'good', count: 1 }]],
      [
        127,
        [
          { lamp: 'unchecked', count: 127 },
          { lamp: 'poor', count: 0 },
        ],
      ],
    ],
    unchecked: [
      [1, a],
      [127, a],
    ],
    report: [[a]],
    checksFollow: [[a]],
    tie: [[a]],
    saturated: [[a]],
    sameAnyway: [[way]],
    depends: [
      [way, [other], 1, 1, c],
      [way, [other], 123, 456, c],
    ],
  },
  decision: {
    quoted: [[a]],
    rather: [[a, b]],
    sure: [[0.998], [1e-9]],
    sureIfLogits: [[0.998]],
    withScore: [[1.25]],
    shortScore: [[-1.25]],
    decided: [[a, b]],
    tied: [
      [[a, b], 0, a],
      [[a, b], 127, a],
    ],
    second: [
      [a, undefined],
      [a, '12.5%'],
    ],
    secondBehind: [
      [a, undefined, 1.25],
      [a, '12.5%', -1.25],
    ],
    labelled: [
      [a, undefined],
      [a, true],
      [a, false],
    ],
    isReally: [[a]],
    independentLabels: [[123, 456]],
    explainedScore: [
      ['Softmax', undefined, false],
      ['Sigmoid', 127, true],
      ['Tanh', undefined, false],
      ['HardSigmoid', undefined, true],
    ],
    strongest: [[1], [127]],
    columns: {},
    seenAs: [
      [123, 456, true],
      [123, 456, false],
    ],
    pictureAlternative: [[a, 123, 456]],
    tableRow: [[127]],
    signalOf: [[123, 456]],
  },
  firstScreen: {
    whyNot: [[a]],
    whyNotAnswer: [
      [a, b, undefined, undefined],
      [a, b, c, c],
      [a, b, c, undefined],
      [a, b, undefined, c],
      [a, b, c, 'QDELTA'],
    ],
    hidden: [
      [0.123, a, undefined, true],
      [0.005, a, 0.455, true],
      [0.123, a, undefined, false],
      [0.005, a, 0.455, false],
    ],
    elsewhere: [
      [127, 0],
      [127, 120],
      [456, 123],
    ],
    alone: [[a]],
    empty: [
      [a, b, true],
      [a, b, false],
    ],
    blank: [
      [0, undefined],
      [255, undefined],
      [127, undefined],
      [0.125, 'signal'],
    ],
    says: [
      [a, '12.5%'],
      [a, ''],
    ],
    more: [[127]],
    evidenceIn: [[a]],
    legend: [[true], [false]],
    ratherThan: [[a, b]],
    figure: [
      [a, b, undefined],
      [a, b, 'lower'],
      [a, b, 'higher'],
    ],
    blanked: [[a]],
  },
  many: {
    decidedAs: [
      [127, 'image', [a, b]],
      [127, 'input', [a]],
    ],
    severalDecisions: [[127, 'box', 456]],
    allRight: [[127]],
    someRight: [[123, 456]],
    mistakes: [[[{ name: a, decided: b, truth: c }]]],
    leastSure: [[a, 0.125]],
    ties: [[1], [127]],
    flat: [[127]],
    columns: {},
    overview: [
      ['image', 3, 9],
      ['box', 127, 9],
      ['signal', 3, 9],
    ],
    targetNumber: [[127]],
    aTie: [[a]],
    index: {
      model: [[a]],
      shown: [[123, 456]],
      range: [[123, 456]],
      part: [[123, 456]],
      before: [[500]],
      allRight: [[127]],
      someRight: [[123, 456]],
      frequent: [[123, 456]],
      table: [[undefined], [a]],
    },
  },
  maps: {
    place: [[image], [signal], [table]],
    noValue: [['pixel'], ['moment'], ['feature']],
    allZero: [['pixel']],
    constant: [['moment', 1.25]],
    balance: [
      [1, image, undefined],
      [0, undefined, signal],
      [0.375, image, corner],
      [0.375, undefined, table],
    ],
    fullColour: [
      [1.25, a, 0, 'pixel'],
      [1.25, a, 0.125, 'pixel'],
    ],
    withoutValue: [
      [123, 456, 'pixel'],
      [123, 456, 'feature'],
    ],
    inUnit: [[a]],
    alternative: [[a, b, c]],
    summedChannels: [[127]],
    coarse: [
      [123, 456, 'image'],
      [123, 456, 'signal'],
    ],
    drawnCoarse: [[127]],
    computedIn: [[a]],
    layer: [
      [a, 1],
      [a, 127],
    ],
    also: [[[a]], [[a, b]]],
    gist: [[127]],
    forComparison: {},
    introduction: [[true], [false]],
    scaleEnd: { for: [['1.25']], against: [['1.25']] },
    scaleAlternative: {},
    more: [[127]],
    always: [[1.25]],
    range: [[1.25, 3.75]],
  },
  methods: { described: [['mine', text]] },
  numbers: {
    percent: [[0], [1], [0.998], [1e-9], [-1e-9], [0.99999], [-0.99999]],
    share: [[0.005], [0.995], [0.5]],
    quantity: [[1.25]],
    signed: [[1.25]],
    score: [[1.25]],
    count: [[1234]],
    duration: [[0.0001], [0.123], [12.5], [127]],
    inWords: [[127]],
    counted: [[127, a, a]],
    listed: [[[a, b, c]]],
    sentence: [[a]],
  },
  page: { decisionGist: [[127]], aside: [[a, b]], scrolls: [[a]] },
  provenance: {
    interrupted: [[[a, b]]],
    headings: {},
    rows: {},
    hashes: {},
    opsetFrom: [[123, 456]],
    difference: [[0.125]],
    imageSize: [[123, 456, a, 'NCHW']],
    channels: [[127, 'RGB']],
    pixels: [['1/255', '0.125', '0.625']],
    tableSize: [[127]],
    signalSize: [
      [123, 456, true],
      [123, 456, false],
    ],
    parts: {},
    standardised: [[a]],
    meanOfEach: [[a]],
    range: [[-1.25, 3.75]],
    saidBy: [
      ['default', ['scale', 'mean']],
      [a, ['order']],
    ],
  },
  studies: {
    deciding: {
      drop: [[1.25]],
      without: [[127, a]],
      onlyWith: [
        [127, a],
        [0, a],
      ],
      covered: [['mean'], ['blur'], [{ pixel: 127 }]],
      found: [
        [regions],
        [{ ...regions, cover: { pixel: 127 }, flips: 0, deciding: undefined, sufficient: undefined }],
        [{ ...regions, sufficient: 0 }],
      ],
      filtersOf: [[a]],
      carried: [[sum]],
      notCarried: [[sum], [{ ...sum, paths: 0 }]],
      pathMap: [[a]],
    },
    fired: {
      held: [
        [{ label: a, fired: true, met: 127, conditions: 127, alsoFired: [] }],
        [{ label: a, fired: false, met: 123, conditions: 456, alsoFired: [b] }],
        [{ label: a, fired: false, met: 123, conditions: 456, alsoFired: [] }],
        [{ label: a, fired: true, met: 0, conditions: 0, alsoFired: [] }],
      ],
      product: [
        ['0.125', undefined],
        ['0.125', { label: a, product: '0.625' }],
      ],
      agreement: [
        [true, true, a],
        [true, false, a],
        [false, true, a],
        [false, false, a],
      ],
      usually: [[0.125, 0.375, 2000]],
      sufficient: [
        [[a, b], 127, c, true],
        [[a], 127, c, false],
        [[], 127, c, true],
      ],
      drawing: { maximisation: [[a]], exciting: [[a]], over: [[a]] },
    },
    freedom: {
      free: [[a, 0.125, 0.375]],
      bound: [[a, 0.125, 0.375]],
      kept: { value: [[0.998, 2000]] },
      others: { kinds: {} },
      detail: [
        [0.998, 1.25, 3.75],
        [0.998, 1.25, -3.75],
      ],
      alternative: [[a, 0.375]],
      legend: { most: [[0.125]] },
    },
  },
  tasks: {
    labels: {
      decided: [[[a, b]]],
      measure: [[123, 456, 0.625]],
      found: [[[a, b]]],
      nothing: [
        [0.625, undefined, 0],
        [0.625, a, 0.125],
      ],
      about: [[0.625, a]],
      strongest: [
        [12, 456],
        [456, 456],
      ],
    },
    value: { measure: [[a, 1.25]], sentence: [[a, 1.25]], about: [[1.25]] },
    segmentation: {
      measure: [[0.625]],
      sentence: [[half]],
      about: [[123, 456, a]],
      drawn: [[[a, b]]],
    },
    detection: {
      measure: [[0.625, a]],
      sentence: [
        [[], a],
        [[b, c], a],
      ],
      about: [
        [a, 1],
        [a, 127],
      ],
      caption: [
        [12, 456],
        [456, 12],
      ],
      at: [
        [a, b, true],
        [a, b, false],
      ],
    },
  },
};

/** What a message of a catalogue says: itself, or of each of its samples what it makes of it. */
export function said(path: string, message: unknown): readonly string[] {
  if (typeof message !== 'function') return [message as string];
  const own = path.split('.').reduce((at: unknown, name) => (at as Record<string, unknown>)?.[name], samples);
  return (own as readonly (readonly unknown[])[]).map((parts) => {
    const made = message(...parts);
    return typeof made === 'string' ? made : Object.values(made).join(' ');
  });
}
