/** What studies say of single images. */
export * as deciding from './studies/deciding.ts';
export * as fired from './studies/fired.ts';
export * as freedom from './studies/freedom.ts';
