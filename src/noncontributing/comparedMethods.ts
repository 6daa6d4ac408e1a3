import { deepTaylorKind } from '../attribution/lrp.ts';
import type { Method } from '../attribution/method.ts';
import { saliency } from '../attribution/saliency.ts';
import { smoothGrad } from '../attribution/smoothGrad.ts';

/** The methods whose maps the paper shows beside its own (section 2). */
export function comparedMethods(): readonly Method[] {
  return [saliency(), smoothGrad(), deepTaylorKind.create({})];
}
