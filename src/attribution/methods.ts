import { UnknownMethodError } from './errors.ts';
import { inputXGradientKind } from './inputXGradient.ts';
import { integratedGradientsKind } from './integratedGradients.ts';
import type { MethodKind } from './method.ts';
import { saliencyKind } from './saliency.ts';

/** Every attribution method there is, in the order reports show them. */
export const methodKinds: readonly MethodKind[] = [saliencyKind, inputXGradientKind, integratedGradientsKind];

/** @throws UnknownMethodError naming those there are. */
export function methodKind(id: string): MethodKind {
  const kind = methodKinds.find((candidate) => candidate.id === id);
  if (kind) return kind;
  throw new UnknownMethodError(`There is no method "${id}". There are: ${methodKinds.map(({ id }) => id).join(', ')}.`);
}
