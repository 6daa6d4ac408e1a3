import { float32, inputXGradient, loadClassifier } from 'konkyo';
import { webRuntime } from 'konkyo/web';
// ONNX Runtime's own two files, which several threads need apart from the app's code.
import mjs from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url';
import wasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';

/*
 * Explains a picture of noise with the network of public/model.onnx. In the address: ?threads=2, and &bundled for what happens where the
 * threads are given no files of their own.
 */

const asked = new URLSearchParams(location.search);

async function explain(): Promise<string> {
  const runtime = webRuntime({
    threads: Number(asked.get('threads') ?? 1),
    ...(asked.has('bundled') ? { secondsToStart: 5 } : { files: { mjs, wasm } }),
  });
  const model = new Uint8Array(await (await fetch('model.onnx')).arrayBuffer());
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
  await classifier.release();
  return JSON.stringify({
    threads: runtime.threads,
    score: scores[0],
    sum: values.data.reduce((sum, v) => sum + v, 0),
  });
}

const state = document.querySelector('#state');
if (!state) throw new Error('The page has no place for the answer.');
explain().then(
  (answer) => {
    state.textContent = answer;
  },
  (error: unknown) => {
    state.textContent = String(error);
  },
);
