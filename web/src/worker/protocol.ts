import type {
  AssumedSetting,
  InputDescription,
  InputSettings,
  Language,
  Picture,
  Task,
  TriedPreprocessing,
  Words,
} from 'konkyo';
import type { Figure, Lamp } from 'konkyo/faithfulness';

/* What the page asks of its worker, and what it is told: plain data, structured clones of which go between the two. */

/** What graphs are run on. */
export interface Machine {
  readonly device: 'webgpu' | 'wasm';
  readonly threads: number;
  readonly runtime: string;
  /** Why it is not what would be quicker, where something is in the way. */
  readonly why?: 'not-isolated' | 'no-webgpu' | 'asked' | 'software-webgpu';
}

export interface NamedBytes {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface ModelRequest {
  readonly file: NamedBytes;
  /** What came with it: files of external data, by their names. */
  readonly beside: readonly NamedBytes[];
  readonly settings: InputSettings;
  /** The settings of pixels were guessed, not said. */
  readonly isGuessed?: boolean;
}

/** How pixels become the model's input, as it stands. */
export interface InputFacts extends Omit<InputDescription, 'classes' | 'inFile' | 'numbers'> {
  /** Settings that nobody said. */
  readonly assumed: readonly AssumedSetting[];
}

export interface MethodFacts {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  readonly isUsual: boolean;
}

export interface LayerFacts {
  readonly name: string;
  readonly operator: string;
  readonly units: number;
}

export interface ModelFacts {
  readonly name: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly task: Task;
  /** What it takes. */
  readonly takes: 'picture' | 'signal' | 'table';
  readonly input: InputFacts;
  /** Names of the classes by index, where it decides between classes. */
  readonly labels: readonly string[];
  readonly areNamed: boolean;
  /** Whether its decision of one row of numbers follows pixels that change: not of boxes and regions. */
  readonly isLive: boolean;
  /** Small and grey: one can draw for it. */
  readonly isForDrawings: boolean;
  readonly cautions: readonly string[];
  readonly notes: readonly string[];
  readonly methods: readonly MethodFacts[];
  readonly layers: readonly LayerFacts[];
  readonly seconds: number;
}

/** What the model says of an image. */
export interface DecisionFacts {
  readonly chosen: number;
  readonly label: string;
  readonly scores: Float32Array;
  /** Of the classes, where there are some. */
  readonly shares?: Float32Array;
  /** Whether the shares are probabilities, or would be if the scores were logits. */
  readonly areShares: 'probabilities' | 'if-logits' | 'none';
  /** Of a model that gives a value: the value. */
  readonly value?: number;
  readonly seconds: number;
}

/** One way from pixels to input that was tried. */
export interface TriedFacts {
  readonly name: TriedPreprocessing['name'];
  readonly settings: InputSettings;
  readonly isUsed: boolean;
  readonly label: string;
  readonly share?: number;
}

/** The image as it is now. */
export interface ImageFacts {
  readonly name: string;
  /** As the model sees it: its size, its channels. */
  readonly seen: Picture | undefined;
  readonly decision: DecisionFacts | undefined;
  readonly tried: readonly TriedFacts[];
}

/** Pixels to be laid over a picture. */
export interface Layered {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
}

/** A map and what is known of it. */
export interface MapFacts {
  /** Tells it from the others of the image. */
  readonly key: string;
  readonly id: string;
  readonly title: string;
  /** What it shows, in a sentence. */
  readonly about: string;
  /** What it is of. */
  readonly target: string;
  /** Where it says why one class and not another: the other one. */
  readonly rival?: string;
  /** Whether it says what spoke for and against the target, or what may change. */
  readonly isEvidence: boolean;
  readonly cells: Layered;
  /** The same, each patch of similar colour in the mean of its pixels. */
  readonly patches?: Layered;
  readonly lamp: Lamp;
  /** In how many of the checks' figures which way is better, what they are and mean. */
  readonly figures: readonly Figure[];
  readonly unchecked?: string;
  readonly notes: readonly string[];
  readonly settings: Readonly<Record<string, number | string>>;
  /** Of a map of what may be noisy: share of the draws of fresh noise in which the decision stayed, and of other changes of that kind that left it least often. */
  readonly kept?: { readonly underNoise: number; readonly underOthers: number };
  readonly seconds: number;
}

/** What becomes of the decision without a part of the image. */
export interface HiddenFacts {
  /** One for each pixel, row by row: 1 where it was hidden. */
  readonly mask: Uint8Array;
  readonly share: number;
  readonly changes: boolean;
  readonly sentences: readonly string[];
}

/** One thing explained of an image: of most models there is one, of a detector one a box. */
export interface SubjectFacts {
  readonly name: string;
  readonly says: string;
  readonly maps: readonly MapFacts[];
  readonly hidden?: HiddenFacts;
}

/** What was found out so far. */
export interface Found {
  readonly step: 'method' | 'maps' | 'checks' | 'done';
  readonly subjects: readonly SubjectFacts[];
  /** Sentences: methods that were left out, and why. */
  readonly leftOut: readonly string[];
  readonly notes: readonly string[];
  /** What makes the same on the command line. */
  readonly command: string;
}

/** The parts of an image, and what the score of the decision becomes without each. */
export interface RegionFacts {
  readonly width: number;
  readonly height: number;
  /** The part of each pixel, row by row. */
  readonly labels: Int32Array;
  readonly effects: readonly RegionEffect[];
}

export interface RegionEffect {
  /** What the decision's class has without it: a probability where the model is known or assumed to give one, else a score. */
  readonly without: number;
  readonly change: number;
  /** What is decided without it, where that is another class. */
  readonly decides?: string;
}

export interface Doing {
  readonly done: number;
  readonly total: number;
  readonly what: string;
}

/** What the page is told while the worker works. */
export interface Told {
  doing(doing: Doing): void;
  found(found: Found): void;
}

/** What has to be said with a request for an explanation. */
export interface ExplainRequest {
  /** Ids of methods; none for the usual ones. */
  readonly methods?: readonly string[];
  readonly language: Language;
  /** Whether maps are checked; drawings that change are not. */
  readonly checks: boolean;
}

export interface File {
  readonly name: string;
  readonly type: string;
  readonly contents: Uint8Array<ArrayBuffer> | string;
}

export type Export =
  | { readonly kind: 'report' | 'arrays' | 'picture'; readonly language: Language }
  | { readonly kind: 'overlay'; readonly key: string; readonly language: Language }
  | { readonly kind: 'explainer'; readonly method: string; readonly language: Language };

/** All that the page can ask. Each call is answered once; `Told` is told in between. */
export interface Engine {
  start(asked: { readonly device?: 'webgpu' | 'wasm'; readonly threads?: number }): Promise<Machine>;
  openModel(request: ModelRequest, told: Told): Promise<ModelFacts>;
  /** Bytes of a picture file, an array or a table, or pixels. @returns the names of the images in it. */
  openImage(image: NamedBytes | { readonly name: string; readonly picture: Picture }): Promise<ImageFacts>;
  /** The decision for changed pixels, of the model's size; nothing is kept. */
  glance(picture: Picture): Promise<DecisionFacts>;
  /** The same with one quick map of the decided class. */
  glanceWithMap(picture: Picture): Promise<{ readonly decision: DecisionFacts; readonly cells: Layered }>;
  explain(request: ExplainRequest, told: Told): Promise<Found>;
  /** Why the decided class and not this one. */
  whyNot(rival: number, language: Language): Promise<MapFacts>;
  /** What drives one unit of a layer. */
  unit(asked: { readonly layer: string; readonly unit: number; readonly language: Language }): Promise<MapFacts>;
  /** What is found so far, in another language. */
  inWords(language: Language): Promise<Found | undefined>;
  regions(told: Told): Promise<RegionFacts>;
  take(asked: Export): Promise<File>;
  /** Ends the method or the check under way; the rest goes on. */
  skip(): Promise<void>;
  /** Ends the explanation under way. */
  stop(): Promise<void>;
}

export type { Figure, InputSettings, Lamp, Language, Picture, Task, Words };
