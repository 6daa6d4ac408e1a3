import * as ort from 'onnxruntime-web/webgpu';
import { explainImages } from '../../../src/app/explainImages.ts';
import { renderReport, reportView } from '../../../src/app/reportView.ts';
import type { Classifier } from '../../../src/model/classifier.ts';
import { loadClassifier } from '../../../src/model/loadClassifier.ts';
import { float32, sizeOf, type Tensor } from '../../../src/onnx/tensor.ts';
import { webRuntime } from '../../../src/runtime/web.ts';
import { difference, mapsOf } from '../../runtime/deviceMaps.ts';

/**
 * In the browser: by how much each method's maps of an image differ between WebAssembly and WebGPU, as a share of the largest
 * value; why there is none, where there is none.
 */
export async function differences(model: readonly number[], methods: readonly string[]): Promise<(number | string)[]> {
  const bytes = Uint8Array.from(model);
  const onProcessor = await loadClassifier(bytes, { runtime: webRuntime() });
  const onDevice = await loadClassifier(bytes, { runtime: webRuntime({ device: 'webgpu', ort }) });
  const explained = { images: imageFor(onProcessor), targets: [3] };
  const found: (number | string)[] = [];
  for (const method of methods) {
    const expected = await mapsOf(onProcessor, method, explained);
    const maps = await mapsOf(onDevice, method, explained).catch(String);
    found.push(typeof maps === 'string' ? maps : difference(expected, maps));
  }
  await onProcessor.release();
  await onDevice.release();
  return found;
}

/** In the browser: what an app does on WebGPU, from bytes to a report. */
export async function report(model: readonly number[]): Promise<string> {
  const classifier = await loadClassifier(Uint8Array.from(model), { runtime: webRuntime({ device: 'webgpu', ort }) });
  const image = imageFor(classifier);
  const found = await explainImages(classifier, [{ name: 'pattern', image }]);
  await classifier.release();
  return renderReport(reportView(found, { modelName: 'model.onnx' }));
}

function imageFor({ input }: Classifier): Tensor<'float32'> {
  const dims = [1, input.channels, input.height, input.width];
  return float32(
    dims,
    Array.from({ length: sizeOf(dims) }, (_, i) => ((i * 7) % 11) / 11),
  );
}
