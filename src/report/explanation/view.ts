import type { Figure, Row } from '../../faithfulness/figure.ts';
import type { Language } from '../../language/language.ts';
import type { Picture } from '../../pictures/picture.ts';
import type { Superpixels } from '../../pictures/superpixels.ts';
import type { MapCells, NumbersView } from './numbersView.ts';

export type { Figure, Line, Row, Verdict } from '../../faithfulness/figure.ts';

/**
 * Everything a report shows, as plain data. Whoever computed the explanation fills it in; the report only lays it out.
 * What is absent here is absent from the page. Images may have more than is listed here, for questions of their own.
 */
export interface ReportView<Image extends ExplainedImage = ExplainedImage> {
  /** The language of its texts, and of the page's; English by default. */
  readonly language?: Language;
  /** Names the page: browser tab, bookmark, first line. */
  readonly title: string;
  /** What was assumed of the model or its input, to be read before all else: sentences. */
  readonly cautions?: readonly string[];
  /** What else was assumed, and what "empty" means: sentences for the first screen. */
  readonly assumed?: readonly string[];
  /** What has to be known before anything else, such as that the report is not whole. */
  readonly notice?: string;
  readonly explained: readonly Image[];
  readonly provenance: Provenance;
}

export interface ExplainedImage {
  /** Unique in the report; becomes part of anchors and picture names. */
  readonly id: string;
  /** What the user calls it: a file name, or `digits:7`. */
  readonly name: string;
  /** The image as the model saw it: after resizing and cropping. */
  readonly picture: Picture;
  /** What was explained where that is no image; the picture then only has its size, a row a channel. */
  readonly numbers?: NumbersView;
  /** The label that came with the image, where there is one. */
  readonly truth?: string;
  readonly decision: Decision;
  /** What a detector found in it, and which of that is explained here. */
  readonly boxes?: BoxesView;
  /** The best first, see `ranked`. */
  readonly maps: readonly AttributionMap[];
  /** Patches of a photograph, over which maps are added up where they are drawn on it: single pixels are not seen there. */
  readonly patches?: Superpixels;
  /** What becomes of the decision without the part that the best map puts first. */
  readonly hidden?: HiddenView;
  /** SHA-256 of the file that it came from, or where it came from none, of the model's input. */
  readonly hash?: { readonly of: 'file' | 'input'; readonly sha256: string };
}

/** What becomes of a decision when a part of the image is hidden, see `hiddenRegion`. */
export interface HiddenView {
  /** The map whose evidence was hidden: its place in the image's maps. */
  readonly map: number;
  /** What is hidden: 1 for each such pixel of the picture, row by row. */
  readonly mask: Uint8Array;
  readonly share: number;
  readonly changes: boolean;
  /** The largest part that was hidden. */
  readonly mostHidden: number;
  readonly without: Said;
  readonly alone: Said;
  readonly empty: Said;
  readonly elsewhere: { readonly tried: number; readonly changed: number };
  /** What is seen where something is hidden, in words: `black`. */
  readonly blank: string;
}

/** What the model says of a changed image: a label, and how surely. */
export interface Said {
  readonly label: string;
  readonly measure: string;
}

/** The boxes that a detector found in an image, to be drawn over it. */
export interface BoxesView {
  /** The strongest first. */
  readonly all: readonly BoxView[];
  /** Which of them is explained. */
  readonly explained: number;
}

/** A box, in pixels of the picture as the model saw it. */
export interface BoxView {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  /** What is written over it: `face 98%`. */
  readonly label: string;
}

export interface Decision {
  readonly chosen: RankedClass;
  /** The labels of all classes with exactly the chosen one's score, where there are several. */
  readonly tie?: readonly string[];
  /** The probabilities are those of scores that are taken for logits. */
  readonly isIfLogits?: true;
  /** What is explained is a probability of exactly 1, at which maps have little or nothing to show. */
  readonly saturated?: true;
  /** Where every class has a probability of its own: how many of how many have more than a half. */
  readonly labels?: { readonly above: number; readonly classes: number };
  /** The best classes, best first, the chosen one among them. */
  readonly ranked: readonly RankedClass[];
  readonly explained: ExplainedOutput;
  /** What the maps explain, in a sentence, where that is none of these outputs. */
  readonly explainedWords?: string;
  /** What the whole model decided, where that is not one class. */
  readonly task?: TaskView;
}

/** A decision that is not for one class, in words and as a table; the words stand wherever the class would. */
export interface TaskView {
  /** The decision in a few words: `cat and dog`. */
  readonly label: string;
  /** By how much, or how many: `2 of 5 labels`. */
  readonly measure: string;
  /** The same as a sentence without its full stop. */
  readonly sentence: string;
  /** What one has to know of it, in a sentence or two. */
  readonly about: string;
  readonly table?: { readonly caption: string; readonly measure: string; readonly rows: readonly TaskRow[] };
  /** The decision drawn on the image. */
  readonly drawn?: { readonly picture: Picture; readonly alternative: string };
}

/** A label, class or box of a decision. */
export interface TaskRow {
  readonly label: string;
  readonly value: string;
  /** Length of its bar, 0 to 1. */
  readonly share?: number;
  /** Whether it is part of the decision, or explained. */
  readonly isChosen?: boolean;
  /** Its colour in the drawing: red, green, blue. */
  readonly colour?: readonly [number, number, number];
}

export interface RankedClass {
  readonly index: number;
  readonly label: string;
  /** The number that was explained, see {@link ExplainedOutput}. */
  readonly score: number;
  /** 0 to 1; absent where the model gives no probabilities. */
  readonly probability?: number;
}

/** Which of the model's numbers the maps explain. */
export type ExplainedOutput =
  | {
      readonly kind: 'score';
      readonly before: 'Softmax' | 'LogSoftmax' | 'Sigmoid' | 'HardSigmoid' | 'Tanh';
      /** How many models' probabilities are averaged, where they are. */
      readonly members?: number;
    }
  | { readonly kind: 'probability' }
  | { readonly kind: 'output' };

export interface AttributionMap {
  /** The method's id, `integrated-gradients`. */
  readonly method: string;
  /** The method's name for people, `Integrated gradients`. */
  readonly title: string;
  /** One plain sentence: what this map shows. */
  readonly about: string;
  /** What the evidence is for: `7`, or `7 rather than 9`. */
  readonly target: string;
  /** Where the target is one class rather than another: the other. */
  readonly rival?: string;
  readonly width: number;
  readonly height: number;
  /** Row by row, height x width: positive spoke for the target, negative against. */
  readonly values: Float32Array;
  /** What the values are measured in, as a plural: `score units`. */
  readonly unit: string;
  /** The value drawn at full colour, `mapScale` gives a good one; stronger values are drawn alike and counted. */
  readonly scale: number;
  /** How many colour channels were added up for each pixel; absent where none were. */
  readonly summedChannels?: number;
  /** What its cells are, where they are no pixels. */
  readonly cells?: MapCells;
  /** What has to be known to read this map, in sentences. */
  readonly notes?: readonly string[];
  /** How far to believe this map; the first is shown beside it. */
  readonly figures: readonly Figure[];
  /** Titles of other methods whose maps show the same here and are left out. */
  readonly also?: readonly string[];
  /** Why the faithfulness of the map was not checked, in a sentence; absent where it was. Its sum may be a figure all the same. */
  readonly unchecked?: string;
  /** Computing time; leave it out where the same seed must give the same bytes. */
  readonly seconds?: number;
}

export interface Provenance {
  readonly model: ModelFacts;
  readonly input: readonly Row[];
  readonly settings: readonly Row[];
  readonly environment: readonly Row[];
  /** The command line that repeats this report. */
  readonly command?: string;
  /** Absent by default: the same seed gives the same bytes. */
  readonly generatedAt?: string;
  /** Who answers for it, where that was said. */
  readonly author?: string;
}

/** Of a page that may be about no model in particular. */
export type PageProvenance = Omit<Provenance, 'model'> & Partial<Pick<Provenance, 'model'>>;

export interface ModelFacts {
  readonly file: string;
  readonly sha256: string;
  readonly producer?: string;
  readonly opset: number;
  /** The opset the file came in, where the model was rewritten on load. */
  readonly upgradedFrom?: number;
  readonly parameters?: number;
}
