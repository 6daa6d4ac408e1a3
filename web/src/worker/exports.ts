import {
  cellMap,
  compileExplainer,
  type ExplainedImages,
  explainedOf,
  KonkyoError,
  type Language,
  methodKind,
  type NamedImage,
  overlay,
  renderReport,
  reportView,
  savedArchive,
  savedImages,
  toPixels,
  version,
} from 'konkyo';
import { writeModel } from 'konkyo/graph';
import { commandFor } from './command.ts';
import type { OpenedModel } from './openedModel.ts';
import type { Export, File } from './protocol.ts';

interface Material {
  readonly model: OpenedModel;
  readonly found: ExplainedImages | undefined;
  readonly image: NamedImage;
}

class NothingFoundError extends KonkyoError {
  readonly tag = 'nothing-found';
}

/** What can be taken along: the command line's page and arrays, a picture, the explanation as a model. */
export async function exported(asked: Export, { model, found, image }: Material): Promise<File> {
  const stem = image.name.replace(/\.[^.]+$/, '').replace(/[^\p{L}\p{N}_-]+/gu, '-') || 'image';
  if (asked.kind === 'explainer') return explainer(asked.method, model);
  if (!found) throw new NothingFoundError('Nothing is explained yet: wait for the first map.');
  if (asked.kind === 'overlay') return overlayFile(asked.key, stem, found);
  if (asked.kind === 'arrays') {
    const contents = savedArchive(savedImages(found), { methods: found.methods, input: model.subjects.input });
    return { name: `${stem}.npz`, type: 'application/zip', contents: Uint8Array.from(contents) };
  }
  const contents = renderReport(
    reportView(found, { modelName: model.facts.name, ...spoken(asked.language, model, image) }),
  );
  return { name: `${stem}.html`, type: 'text/html', contents };
}

function spoken(language: Language, model: OpenedModel, image: NamedImage) {
  return { language, command: commandFor(model, image.name) };
}

async function explainer(id: string, { subjects, facts }: OpenedModel): Promise<File> {
  if (!subjects.classifier) throw new NothingFoundError(`A model whose task is ${facts.task} is not compiled.`);
  const { model } = await compileExplainer(subjects.classifier, methodKind(id).create({}), {
    target: 'predicted',
    version,
  });
  return { name: 'explainer.onnx', type: 'application/octet-stream', contents: Uint8Array.from(writeModel(model)) };
}

/** A map over its picture, at least 448 pixels wide. */
async function overlayFile(key: string, stem: string, found: ExplainedImages): Promise<File> {
  for (const one of found.images) {
    const at = one.explanation.maps.findIndex(({ method }, i) => `${i}-${method.id}` === key);
    const map = one.explanation.maps[at];
    const cells = map && cellMap(map, explainedOf(found, one).input);
    if (!map || !cells) continue;
    const laid = overlay(cells, toPixels(one.image.image.data, one.classifier.input));
    const times = Math.max(1, Math.ceil(448 / laid.width));
    const [small, large] = [1, times].map((by) => new OffscreenCanvas(laid.width * by, laid.height * by));
    const [from, to] = [small?.getContext('2d'), large?.getContext('2d')];
    if (!small || !large || !from || !to) break;
    from.putImageData(new ImageData(laid.data, laid.width, laid.height), 0, 0);
    to.imageSmoothingEnabled = false;
    to.drawImage(small, 0, 0, large.width, large.height);
    const contents = new Uint8Array(await (await large.convertToBlob({ type: 'image/png' })).arrayBuffer());
    return { name: `${stem}-${map.method.id}.png`, type: 'image/png', contents };
  }
  throw new NothingFoundError('This map cannot be drawn over its picture.');
}
