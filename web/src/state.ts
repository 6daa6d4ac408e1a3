import { computed, signal } from '@preact/signals';
import { type AppWords, appWords } from './words/words.ts';
import type {
  DecisionFacts,
  Doing,
  Found,
  ImageFacts,
  Language,
  Layered,
  Machine,
  MapFacts,
  ModelFacts,
  Picture,
  RegionFacts,
  TriedFacts,
} from './worker/protocol.ts';

/* All that the page shows follows from these signals. Only actions change them. */

/** A picture that can be chosen. */
export interface Choice {
  readonly name: string;
  /** Read when it is looked at: a folder may hold more than the memory does. */
  readonly file: File;
  /** Of pictures: an address of it, to be shown small. */
  readonly thumb: string | undefined;
}

export type Tool = 'look' | 'hide' | 'erase' | 'paint';
export type Theme = 'system' | 'light' | 'dark';

/** Work under way. */
export interface Work extends Doing {
  /** When its count was 0, in ms of the page's clock. */
  readonly since: number;
}

/** What the pen's last stroke gave. */
export interface PenMap {
  readonly cells: Layered;
  readonly milliseconds: number;
}

export const language = signal<Language>(navigator.language.startsWith('ja') ? 'ja' : 'en');
export const theme = signal<Theme>('system');
export const words = computed<AppWords>(() => appWords(language.value));

/** Whether the browser keeps the page for when there is no network. */
export const isKept = signal(false);
export const machine = signal<Machine | undefined>(undefined);
export const model = signal<ModelFacts | undefined>(undefined);
/** The name of a model that is being opened. */
export const opening = signal<string | undefined>(undefined);
/** Whether the open model is the one the page came with. */
export const isDemo = signal(true);
export const isRemembered = signal(false);
/** The usual ways from pixels to input, and the one that was taken because nobody said which. */
export const guess = signal<{ readonly tried: readonly TriedFacts[]; readonly taken: TriedFacts } | undefined>(
  undefined,
);

export const choices = signal<readonly Choice[]>([]);
export const chosen = signal<string | undefined>(undefined);
export const image = signal<ImageFacts | undefined>(undefined);
/** The picture with the user's changes, and what the model says of it. */
export const edited = signal<Picture | undefined>(undefined);
export const editedDecision = signal<DecisionFacts | undefined>(undefined);
/** What follows the pen, until the drawing is explained. */
export const pen = signal<PenMap | undefined>(undefined);

export const found = signal<Found | undefined>(undefined);
/** Maps of other targets than the decision: a class that it is not, a unit. */
export const extras = signal<readonly MapFacts[]>([]);
export const work = signal<Work | undefined>(undefined);
export const regions = signal<RegionFacts | undefined>(undefined);
export const pointed = signal<number | undefined>(undefined);

/** Which of several things explained is looked at. */
export const subject = signal(0);
export const selected = signal<string | undefined>(undefined);
export const compared = signal<string | undefined>(undefined);
export const isFlicked = signal(false);
export const opacity = signal(0.8);
export const isInPatches = signal(true);
export const tool = signal<Tool>('look');
export const brush = signal(0.08);
export const paint = signal('#ffffff');
export const zoom = signal(1);

export const problem = signal<string | undefined>(undefined);
export const notice = signal<string | undefined>(undefined);

export const maps = computed<readonly MapFacts[]>(() => [
  ...(found.value?.subjects[subject.value]?.maps ?? []),
  ...extras.value,
]);
export const map = computed(() => maps.value.find(({ key }) => key === selected.value) ?? maps.value[0]);
export const otherMap = computed(() => maps.value.find(({ key }) => key === compared.value));
/** The decision as the picture now is. */
export const decision = computed(() => editedDecision.value ?? image.value?.decision);
