import { saliency } from '../../attribution/gradient/saliency.ts';
import { smoothGrad } from '../../attribution/gradient/smoothGrad.ts';
import type { Method } from '../../attribution/method.ts';
import { deepTaylor } from '../../attribution/relevance/lrp.ts';

/** The methods whose maps the paper shows beside its own (section 2). */
export function comparedMethods(): readonly Method[] {
  return [saliency(), smoothGrad(), deepTaylor()];
}
