// Every image with its map over it, a PNG file each: node overlays.ts MODEL.onnx OUT IMAGE...
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { explainImages, integratedGradients, overlayPicture, reportView } from 'konkyo';
import { loadModelFile, nodeRuntime, openImageFiles } from 'konkyo/node';

/** So many images are in memory at a time. */
const atATime = 25;

/** @returns the files, one an image. */
export async function writeOverlays(model: string, out: string, images: readonly string[]): Promise<string[]> {
  const classifier = await loadModelFile(model, { runtime: nodeRuntime() });
  const files: string[] = [];
  try {
    await mkdir(out, { recursive: true });
    const sources = await openImageFiles(images, classifier);
    for (let from = 0; from < sources.length; from += atATime) {
      const some = await Promise.all(sources.slice(from, from + atATime).map((source) => source.read()));
      const found = await explainImages(classifier, some, { methods: [integratedGradients()], checks: false });
      for (const image of reportView(found, { modelName: basename(model) }).explained) {
        // The first map is of the predicted class; the second, of why it and not the one that came second.
        const [map] = image.maps;
        if (!map) continue;
        const file = join(out, `${String(files.length + 1).padStart(4, '0')}.png`);
        await writeFile(file, overlayPicture(map, image));
        files.push(file);
      }
    }
  } finally {
    await classifier.release();
  }
  return files;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [model = '', out = 'overlays', ...images] = process.argv.slice(2);
  console.log(`${(await writeOverlays(model, out, images)).length} overlays in ${out}`);
}
