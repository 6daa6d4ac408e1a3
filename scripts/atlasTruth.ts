import type { Atlas } from '../src/bulk/atlas/atlas.ts';
import { atlasOf, aucOfTagged, type PlantedShortcut, plantedShortcut } from '../test/bulk/atlas/plantedShortcut.ts';

/*
 * `npm run check:atlas -- [SEEDS [FIRST]]`: digits with a tag in a corner in a fifth of one class's images, in none, and in all of one
 * class, with networks trained from so many seeds (10): whether the atlas ranks the tagged cluster first, with masks of the digits and
 * without, flags nothing where there is no tag, and flags a tag of a whole class where there are masks.
 */

const [seeds = 10, first = 1] = process.argv.slice(2).map(Number);
const say = (text: string) => process.stdout.write(`${text}\n`);

function isFound(found: Atlas, planted: PlantedShortcut): boolean {
  const [best] = found.clusters;
  const tagged = best?.images.filter(({ index }) => planted.tagged.has(index)).length ?? 0;
  return best?.isSuspicious === true && tagged > best.images.length / 2 && aucOfTagged(found, planted) >= 0.95;
}

const flagged = ({ clusters }: Atlas) => clusters.filter(({ isSuspicious }) => isSuspicious);

/** Of the tagged images, how many are flagged, and of the flagged how many are tagged. */
function overlap(found: Atlas, { tagged }: PlantedShortcut) {
  const images = flagged(found).flatMap((cluster) => cluster.images);
  const both = images.filter(({ index }) => tagged.has(index)).length;
  return { recall: both / tagged.size, precision: images.length === 0 ? 0 : both / images.length };
}

const counts = { found: 0, foundMasked: 0, quiet: 0, quietMasked: 0, whole: 0, wholeMasked: 0 };
for (let seed = first; seed < first + seeds; seed++) {
  const some = await plantedShortcut(seed, 0.2);
  const [plain, masked] = [await atlasOf(some), await atlasOf(some, true)];
  counts.found += Number(isFound(plain, some));
  counts.foundMasked += Number(isFound(masked, some));
  const auc = [plain, masked].map((found) => aucOfTagged(found, some).toFixed(3));
  say(`seed ${seed}: a tag in a fifth: area under ROC ${auc[0]}, with masks ${auc[1]}`);

  const none = await plantedShortcut(seed, 0);
  const [quiet, quietMasked] = [await atlasOf(none), await atlasOf(none, true)];
  counts.quiet += Number(flagged(quiet).length === 0);
  counts.quietMasked += Number(flagged(quietMasked).length === 0);
  const highest = Math.max(...quiet.clusters.map(({ alone }) => alone));
  say(
    `  no tag: ${flagged(quiet).length} flagged (highest ${highest.toFixed(2)}), with masks ${flagged(quietMasked).length}`,
  );

  const all = await plantedShortcut(seed, 1);
  const [whole, wholeMasked] = [await atlasOf(all), await atlasOf(all, true)];
  const { recall, precision } = overlap(wholeMasked, all);
  counts.whole += Number(flagged(whole).length > 0);
  counts.wholeMasked += Number(recall >= 0.95 && precision >= 0.95);
  say(
    `  a tag in all: ${flagged(whole).length} flagged; with masks ${(100 * recall).toFixed(1)}% of the tagged images, and ${(100 * precision).toFixed(1)}% of the flagged are tagged`,
  );
}
say(
  `of ${seeds}: a tag in a fifth found ${counts.found}, with masks ${counts.foundMasked}; nothing flagged without a tag ${counts.quiet}, with masks ${counts.quietMasked}; a tag in all flagged ${counts.whole}, with masks found ${counts.wholeMasked}`,
);
const { found, foundMasked, quiet, quietMasked, wholeMasked } = counts;
if (Math.min(found, foundMasked, wholeMasked) < seeds || Math.min(quiet, quietMasked) < 0.9 * seeds)
  process.exitCode = 1;
