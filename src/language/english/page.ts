import type { Language } from '../language.ts';

/** Of the page itself. */
export const language: Language = 'en';
export const generator = 'Made by konkyo. This file is complete in itself and asks nothing of any network.';
export const allImages = 'All images';
export const nothing = 'Nothing was explained.';
export const decisionQuestion = 'The decision in numbers';
export const decisionGist = (classes: number) => `scores and probabilities of the ${classes} strongest classes`;
export const glossary = 'What do the methods and the checks say?';
export const glossaryGist = 'each in a sentence or two';
/** Between sentences, and at their end. */
export const space = ' ';
export const fullStop = '.';
/** A text with more about it in parentheses. */
export const aside = (text: string, more: string) => `${text} (${more})`;
/** Of a scrolling table, for those who do not see it. */
export const scrolls = (what: string) => `${what}, scrolls sideways`;
