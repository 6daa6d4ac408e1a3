import { describe, expect, it } from 'vitest';
import { renderReport } from '../../src/app/reportView.ts';
import { explain } from '../../src/attribution/explain.ts';
import { saliency } from '../../src/attribution/gradient/saliency.ts';
import { gradCam } from '../../src/attribution/layers/gradCam.ts';
import { checkMaps } from '../../src/faithfulness/checkMaps.ts';
import { rankCorrelation } from '../../src/faithfulness/correlation.ts';
import { perturbationCurves } from '../../src/faithfulness/perturbationCurves.ts';
import { cellMap } from '../../src/faithfulness/pixelMap.ts';
import { loadClassifier } from '../../src/model/loadClassifier.ts';
import { sumChannels, toPixels } from '../../src/model/pixels.ts';
import { rows } from '../../src/onnx/tensor.ts';
import { explainedImage } from '../../src/report/explanation/explainedView.ts';
import { readReference } from '../attribution/referenceData.ts';
import { demoSingle } from '../report/demoView.ts';
import { cpu } from '../runtimes.ts';

const { bytes, images } = readReference('lenet');
const classifier = await loadClassifier(bytes, { runtime: cpu });
const { input } = classifier;
const image = rows(images, 0, 1);
const [explained] = await explain(classifier, image, [gradCam(), saliency()]);
const [layerMap, pixelMap] = explained!.maps;
const { layer, ...withoutLayer } = layerMap!;
const [shown] = demoSingle().explained;

/** Maps of another shape than the image's, given to every public function that takes a map. */
const wrong: Readonly<Record<string, () => unknown>> = {
  "sumChannels of a layer's map": () => sumChannels(layerMap!.values.data, input),
  'sumChannels of several images': () => sumChannels(images.data, input),
  'sumChannels of nothing': () => sumChannels(new Float32Array(), input),
  "toPixels of a layer's map": () => toPixels(layerMap!.values.data, input),
  "a layer's map without its layer, as cells": () => cellMap(withoutLayer, input),
  'the maps of several images, as cells': () => cellMap({ values: images }, input),
  "a layer's map without its layer, checked": () =>
    checkMaps(classifier, [image], [{ ...explained!, maps: [withoutLayer] }]),
  "a layer's map without its layer, in a report": () =>
    explainedImage(classifier, { name: 'x', image }, { ...explained!, maps: [withoutLayer] }, 0),
  'a map with fewer values than cells, on the page': () =>
    renderReport({
      ...demoSingle(),
      explained: [{ ...shown!, maps: [{ ...shown!.maps[0]!, values: new Float32Array(5) }] }],
    }),
  'maps of different shapes, compared': () => rankCorrelation(layerMap!.values.data, pixelMap!.values.data),
  'an order of pixels that the image does not have': () =>
    perturbationCurves(classifier, image, 0, [[[0], [input.height * input.width]]]),
  'several images, as one': () => perturbationCurves(classifier, images, 0, [[[0]]]),
};

describe('a map of another shape', () => {
  it.each(Object.entries(wrong))('%s is refused', async (_name, call) => {
    await expect((async () => call())()).rejects.toMatchObject({ tag: 'invalid-input' });
  });

  it("and a layer's map that says so has its own size", () => {
    const cells = cellMap({ ...withoutLayer, ...(layer === undefined ? {} : { layer }) }, input);
    const [, , height = 0, width = 0] = layerMap!.values.dims;
    expect([cells?.height, cells?.width, cells?.values.length]).toEqual([height, width, height * width]);
  });
});
