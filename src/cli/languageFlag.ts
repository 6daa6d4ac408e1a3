import { type Language, languageOf, languages } from '../language/language.ts';
import { UsageError } from './flags.ts';

/** The language that --lang names, else that of the locale. @throws UsageError */
export function languageFrom(flag: string | undefined): Language {
  if (flag === undefined) {
    const { LC_ALL, LC_MESSAGES, LANG } = process.env;
    return languageOf(LC_ALL || LC_MESSAGES || LANG);
  }
  const found = languages.find((language) => language === flag.toLowerCase());
  if (found) return found;
  throw new UsageError(`--lang is ${languages.join(' or ')}, not "${flag}".`);
}
