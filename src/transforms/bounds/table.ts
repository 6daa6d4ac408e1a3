import type { BoundTable } from './rule.ts';
import { activationBounds } from './rules/activations.ts';
import { affineBounds } from './rules/affine.ts';
import { poolingBounds } from './rules/pooling.ts';

/** konkyo's bounds for each standard operator. An operator that is not here has none, and the engine says so. */
export const boundTable: BoundTable = { ...activationBounds, ...affineBounds, ...poolingBounds };
