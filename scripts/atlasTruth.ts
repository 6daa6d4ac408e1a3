import { atlasOf, aucOfTagged, plantedShortcut } from '../test/bulk/atlas/plantedShortcut.ts';

/*
 * `npm run check:atlas -- [SEEDS [FIRST]]`: digits with a tag in a corner in a fifth of one class's images, and without one, with networks
 * trained from so many seeds (10): whether the atlas ranks the tagged cluster first, and flags nothing where there is no tag.
 */

const [seeds = 10, first = 1] = process.argv.slice(2).map(Number);
let [found, quiet] = [0, 0];
for (let seed = first; seed < first + seeds; seed++) {
  const planted = await plantedShortcut(seed, 0.2);
  const drawn = await atlasOf(planted);
  const [best] = drawn.clusters;
  const auc = aucOfTagged(drawn, planted);
  const isFirst =
    best?.isSuspicious === true &&
    best.images.filter(({ index }) => planted.tagged.has(index)).length > best.images.length / 2;
  if (isFirst && auc >= 0.95) found += 1;
  const plain = await atlasOf(await plantedShortcut(seed, 0));
  const flagged = plain.clusters.filter(({ isSuspicious }) => isSuspicious).length;
  if (flagged === 0) quiet += 1;
  const highest = Math.max(...plain.clusters.map(({ alone }) => alone));
  process.stdout.write(
    `seed ${seed}: tagged cluster ${isFirst ? 'first' : 'not first'} (${best?.alone.toFixed(2)}), area under ROC ${auc.toFixed(3)}; without a tag ${flagged} flagged (highest ${highest.toFixed(2)})\n`,
  );
}
process.stdout.write(`${found} of ${seeds} shortcuts found; without one, nothing flagged in ${quiet} of ${seeds}\n`);
if (found < seeds || quiet < 0.9 * seeds) process.exitCode = 1;
