/** The languages of reports, pages and messages. */
export const languages = ['en', 'ja'] as const;

export type Language = (typeof languages)[number];

/** What is spoken where a locale such as `ja_JP.UTF-8` is set; English where konkyo does not speak its language. */
export function languageOf(locale: string | undefined): Language {
  return languages.find((language) => locale?.toLowerCase().split(/[_.@-]/)[0] === language) ?? 'en';
}
