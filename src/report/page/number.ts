export * from '../../language/english/numbers.ts';
