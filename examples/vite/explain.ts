import { explainImages, float32, inputXGradient, loadClassifier, renderReport, reportView } from 'konkyo';
import { webRuntime } from 'konkyo/web';
// ONNX Runtime's own two files, which several threads need apart from the app's code.
import mjs from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url';
import wasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';

export interface Asked {
  readonly threads: number;
  /** For what happens where threads are given no files of their own. */
  readonly isBundled: boolean;
  readonly hasReport: boolean;
}

export interface Answer {
  readonly threads: number;
  readonly score?: number;
  readonly sum: number;
  /** The report, a whole page without scripts. */
  readonly page?: string;
}

/** Explains a picture of noise with the network of public/model.onnx. */
export async function explain({ threads, isBundled, hasReport }: Asked): Promise<Answer> {
  const runtime = webRuntime({ threads, ...(isBundled ? { secondsToStart: 5 } : { files: { mjs, wasm } }) });
  const model = new Uint8Array(await (await fetch(new URL('/model.onnx', location.origin))).arrayBuffer());
  const classifier = await loadClassifier(model, { runtime });
  const { channels, height, width } = classifier.input;
  const size = channels * height * width;
  const image = float32(
    [1, channels, height, width],
    Array.from({ length: size }, (_, i) => (i % 7) / 7),
  );
  const explainer = await inputXGradient().compile(classifier);
  const { values, scores } = await explainer.attribute(image, [3]);
  await explainer.release();
  const found = hasReport ? await explainImages(classifier, [{ name: 'noise', image }]) : undefined;
  await classifier.release();
  return {
    threads: runtime.threads,
    score: scores[0],
    sum: values.data.reduce((sum, v) => sum + v, 0),
    page: found && renderReport(reportView(found, { modelName: 'model.onnx' })),
  };
}
