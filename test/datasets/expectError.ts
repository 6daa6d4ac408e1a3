import { expect } from 'vitest';

type ErrorClass<E> = abstract new (...args: never[]) => E;

/** The error of this class that the call throws, or a failed test. */
export async function errorOf<E extends Error>(kind: ErrorClass<E>, call: () => unknown): Promise<E> {
  try {
    await call();
  } catch (error) {
    if (error instanceof kind) return error;
    throw error;
  }
  return expect.fail(`expected ${kind.name}, nothing was thrown`);
}
