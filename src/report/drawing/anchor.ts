import type { ExplainedImage } from '../explanation/view.ts';

/** Different ids give different anchors: what an anchor cannot hold is spelt as its character code. */
export function imageAnchor({ id }: Pick<ExplainedImage, 'id'>): string {
  return `image-${id.replace(/[^A-Za-z0-9-]/g, (character) => `_${character.charCodeAt(0).toString(16)}_`)}`;
}
