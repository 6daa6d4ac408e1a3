import { readFile } from 'node:fs/promises';
import sharp from 'sharp';

/*
 * The browser app's icon as PNG pictures, for systems that take no SVG. Run after web/public/icon.svg has changed:
 *
 *   npx tsx scripts/appIcon.ts
 */

const drawing = await readFile('web/public/icon.svg');
for (const size of [192, 512]) {
  const { width = 1 } = await sharp(drawing).metadata();
  await sharp(drawing, { density: (72 * size) / width })
    .resize(size, size)
    .png({ palette: true, compressionLevel: 9 })
    .toFile(`web/public/icon-${size}.png`);
}
