/* What the app says beside what reports say too, which is in konkyo's own catalogue. */

export const title = 'konkyo: what does this decision rest on?';
export const tagline = 'What does this decision rest on?';
export const lede =
  'Draw a digit, or drop a model (.onnx) and a picture. The model runs here, in this page: nothing you open leaves your machine.';
export const skipTo = 'Skip to the decision';

export const machine = {
  webgpu: (threads: number) => `graphics processor (WebGPU) and ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
  wasm: (threads: number) => `processor (WebAssembly), ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
  starting: 'starting',
  private: 'Nothing leaves this machine',
  why: {
    'not-isolated': 'One thread only: this server does not isolate the page. “konkyo app” does.',
    'no-webgpu': 'This browser offers no WebGPU.',
    asked: 'As asked for.',
    'software-webgpu': 'WebGPU is there, but played by the processor: WebAssembly is quicker.',
  },
};

export const open = {
  model: 'Open a model',
  pictures: 'Open pictures',
  demo: 'Back to the digits',
  drop: 'Drop it anywhere',
  dropHint: 'a model (.onnx, with its data files), pictures, arrays (.npy, .npz), tables (.csv), or a folder',
  opening: (name: string) => `Opening ${name}: preparing it and proving that it still computes the same`,
  nothing: (names: string) =>
    `There is nothing here that can be opened: ${names}. Give an .onnx model, pictures, .npy, .npz or .csv files.`,
  needsPicture: 'The model is ready. Drop a picture for it.',
  needsNumbers: 'The model is ready. It takes numbers: drop a .csv, .npy or .npz file for it.',
  needsModel: 'Drop a model first; then this picture can be explained.',
  twoModels: (used: string) => `Several models were dropped; ${used} was opened.`,
};

export const draw = {
  title: 'Draw a digit',
  hint: 'with the mouse, a finger or a pen',
  clear: 'Clear',
  sees: 'What the network sees, and what speaks for its decision',
  empty: 'Draw something: the decision follows.',
  ms: (milliseconds: number) => `decided and explained in ${milliseconds} ms`,
};

export const picture = {
  title: 'The picture',
  list: 'Pictures',
  alt: (name: string) => `${name}, as the model sees it`,
  none: 'This model takes numbers, not pictures: each column is a value of its input.',
};

export const view = {
  title: 'The evidence',
  opacity: 'How far the map covers the picture',
  patches: 'By patches',
  compare: 'Compare with',
  flick: 'Flick',
  flickHint: 'hold to see the other map (or hold F)',
  noCompare: 'no other map',
  zoom: 'Zoom',
  legend: 'Red spoke for it, blue against it; the fuller the colour, the stronger. Each map has its own scale.',
  tools: { look: 'Look', hide: 'Hide a part', erase: 'Erase', paint: 'Paint' },
  toolHints: {
    look: 'The map over the picture.',
    hide: 'Point at a part: what becomes of the decision without it. Arrow keys go from part to part.',
    erase: 'Wipe pixels away and watch the decision.',
    paint: 'Paint over pixels and watch the decision.',
  },
  brush: 'Brush',
  colour: 'Colour',
  undo: 'As it was',
  explainThis: 'Explain the changed picture',
  measuring: 'Measuring what each part is worth',
  part: (measure: string, before: string) => `Without this part: ${measure} (with it ${before})`,
  partDecides: (label: string) => `and it says “${label}”`,
};

export const decision = {
  title: 'The decision',
  sure: (percent: string) => `${percent} sure`,
  ifLogits: (percent: string) => `${percent} sure if its scores are logits`,
  score: (score: string) => `score ${score}`,
  value: (value: string) => `The model says ${value}.`,
  changed: (before: string) => `Changed: it was “${before}”`,
  same: 'Still the same after your changes',
  whyNot: (label: string) => `Why not “${label}”?`,
  whyNotHint: 'Click a class to see why it is not that one.',
  search: 'Why not another class?',
  boxes: 'What was found',
};

export const maps = {
  title: 'Maps',
  ratherThan: (title: string, rival: string) => `${title}, rather than “${rival}”`,
  more: 'Another method',
  add: 'Add',
  all: 'What each check says',
  kept: (percent: string, otherwise: string) =>
    `The decision stayed in ${percent} of fresh draws of independent noise, and in ${otherwise} of other changes of the same size, of the kind that changed it most often (noise in blocks, blurring, content of another image).`,
  settings: 'Settings',
  waiting: 'The first map is being made.',
  checking: 'The checks come after the maps.',
  ofAnother: 'The checks are of maps of the decision. This one is of something else.',
  leftOut: 'Left out',
};

export const progress = {
  of: (what: string, done: number, total: number) => `${what} (${done} of ${total})`,
  left: (seconds: number) => (seconds < 1 ? 'less than a second left' : `about ${Math.ceil(seconds)} s left`),
  skip: 'Skip this step',
  stop: 'Stop',
  regions: 'Hiding one part after the other',
};

export const change = { title: 'What would change it?' };

export const input = {
  title: 'How pixels become input',
  assumed: 'Nobody said this, so it is assumed',
  lede: 'A model’s file does not say how pixels become its input. If it was trained another way, the decision below is not the one it makes in use.',
  guessed: (way: string, share: string, other: string, says: string, otherShare: string) =>
    `Nobody said how pixels become this model’s input. Taken is ${way}, with which it is surest of this picture (${share}); with ${other} it would say “${says}” (${otherShare}). Being sure is not being right: say below how it was trained.`,
  tried: 'What it would decide',
  use: 'use',
  used: 'in use',
  layout: 'Layout',
  size: 'Height × width',
  order: 'Colour order',
  scale: 'Scale (pixels 0 to 255 times this)',
  mean: 'then less (mean)',
  std: 'then divided by (std)',
  classes: 'Class names, one a line',
  apply: 'Apply',
  kept: 'Kept in this browser for this model.',
  forget: 'Forget',
  formula: 'value = (pixel × scale − mean) ÷ std',
};

export const layers = {
  title: 'Layers and units',
  lede: 'What of the picture drives one unit inside the model.',
  layer: 'Layer',
  unit: (last: number) => `Unit, 0 to ${last}`,
  show: 'Show',
};

export const take = {
  title: 'Take it with you',
  report: 'Report (HTML)',
  reportHint: 'the page that the command line makes: one file, without scripts',
  arrays: 'Maps as arrays (.npz)',
  picture: 'The picture (PNG)',
  overlay: 'This map over the picture (PNG)',
  explainer: 'The explanation as a model (.onnx)',
  explainerHint: 'runs wherever ONNX Runtime does',
  command: 'The command that repeats it',
  copy: 'Copy',
  copied: 'Copied',
  network: 'The network of this page',
};

export const about = {
  title: 'About this model',
  hash: 'SHA-256',
  notes: 'What was done to it',
  cautions: 'To be read first',
};

export const errors = { close: 'Close', failed: 'That did not work' };
export const looks = { language: 'Language', theme: 'Looks', light: 'Light', dark: 'Dark', system: 'As the system' };
export const offline = 'This page also works without a network.';
