import type { Language } from '../../../language/language.ts';
import type { Words } from '../../../language/words.ts';
import type { Atlas } from '../atlas.ts';

/** What an atlas page shows. */
export interface AtlasView {
  readonly atlas: Atlas;
  readonly language: Language;
  /** Of the small maps. */
  readonly height: number;
  readonly width: number;
  readonly classNames: readonly string[];
  /** Of every image of the store, by its place. */
  readonly names: readonly string[];
  readonly store: string;
  readonly method: string;
  readonly model: string;
  /** What should be known before it is read: that the store is not whole, say. */
  readonly notes: readonly string[];
}

/** What its parts are drawn from. */
export interface AtlasPage extends Pick<AtlasView, 'atlas' | 'height' | 'width'> {
  readonly words: Words;
  nameOf(target: number): string;
}
