// The report of `konkyo explain` for a folder of photos: node report.ts MODEL.onnx PHOTOS OUT
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type ExplainSummary, gradCam, integratedGradients, saliency, writeReport } from 'konkyo';
import { loadModelFile, nodeRuntime, openImageFiles, reportFolder } from 'konkyo/node';

/** Explains every picture in a folder: on one page, or of more than twenty on a page each and an index. */
export async function reportOfPhotos(model: string, photos: string, out: string): Promise<ExplainSummary> {
  const classifier = await loadModelFile(model, { runtime: nodeRuntime() });
  try {
    const names = (await readdir(photos)).filter((name) => /\.(png|jpe?g|webp)$/i.test(name)).sort();
    const paths = names.map((name) => join(photos, name));
    return await writeReport(classifier, await openImageFiles(paths, classifier), {
      modelName: basename(model),
      methods: [saliency(), integratedGradients(), gradCam()],
      progress: (done, total, what) => console.error(`${done} of ${total}: ${what}`),
      output: reportFolder(out),
    });
  } finally {
    await classifier.release();
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [model = '', photos = '', out = 'report'] = process.argv.slice(2);
  const { images, report } = await reportOfPhotos(model, photos, out);
  for (const { name, predicted } of images) console.log(`${name}: ${predicted}`);
  console.log(report);
}
