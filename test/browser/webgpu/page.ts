import * as ort from 'onnxruntime-web/webgpu';
import { loadClassifier } from '../../../src/model/loadClassifier.ts';
import { float32 } from '../../../src/onnx/tensor.ts';
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
  const { channels, height, width } = onProcessor.input;
  const values = Array.from({ length: channels * height * width }, (_, i) => ((i * 7) % 11) / 11);
  const explained = { images: float32([1, channels, height, width], values), targets: [3] };
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
