import { GraphBuilder } from '../../onnx/graphBuilder.ts';
import { rows, type Tensor } from '../../onnx/tensor.ts';
import { program } from '../../runtime/program.ts';
import { floatOutputOf } from '../../runtime/runtime.ts';
import { checkImages, type ReadyModel } from '../classifier.ts';
import type { LoadedModel } from '../loadModel.ts';
import { probeImages } from '../probeImages.ts';
import { addProposals } from './addProposals.ts';
import { findsLogits } from './anchorScores.ts';
import type { DetectionSettings, Proposals } from './detections.ts';
import { exportedNames } from './exportedNames.ts';
import { type DetectionLayout, layoutWords } from './layout.ts';
import { type DraftLayout, recogniseDetection, unrecognised } from './recognise.ts';
import { settleLayout } from './settleLayout.ts';
import type { Suppression } from './suppression.ts';

/** A model whose outputs are read as boxes. */
export interface Detector {
  readonly model: ReadyModel;
  readonly layout: DetectionLayout;
  /** When a box is kept. */
  readonly settings: DetectionSettings;
  /** How the outputs were read, and what was assumed of them: sentences. */
  readonly notes: readonly string[];
  /** What the anchors propose for each image, [n, ...]. @throws InvalidInputError, RunError */
  propose(images: Tensor<'float32'>): Promise<Proposals[]>;
  /** Frees the session; the loaded model is its owner's. */
  release(): Promise<void>;
}

/** Images that assumptions are made from: noise, white, black. */
const probes = 2;

/**
 * Reads a loaded model's outputs as boxes.
 * @param given when a box is kept; it wins over the model's description.
 * @throws UnsuitableModelError for outputs whose layout is not recognised, with their shapes and how to describe them.
 */
export async function detectorOf(loaded: LoadedModel, given: DetectionSettings = {}): Promise<Detector> {
  const { outputs, detection: settings = {}, suppressed, runtime, inputName, batchSize } = loaded;
  const draft = draftLayout(loaded);
  if (!draft) throw unrecognised(outputs);
  const images = probeImages(loaded.input, probes);
  const found = await loaded.outputsOf(images);
  const settled = settleLayout(loaded, draft, (value) => floatOutputOf(found, value));
  const classes = namesOfThings(loaded.input.classes ?? exportedNames(loaded.model), settled);
  const input = { ...loaded.input, classes };
  const model = { ...loaded, input };
  const layout = { ...settled, hasLogits: await findsLogits(model, settled, images) };
  const builder = new GraphBuilder(model.model.graph, 'proposals');
  const { boxes, confidences } = addProposals(builder, layout, input);
  const wanted = [boxes, confidences];
  const proposing = await program(runtime, { ...model.model, graph: builder.build() }, { outputs: wanted, batchSize });
  return {
    model,
    layout,
    settings: { threshold: given.threshold ?? settings.threshold, iou: given.iou ?? settings.iou },
    notes: [
      layoutWords(layout),
      ...layout.assumed,
      ...(suppressed ? [suppressedWords(suppressed)] : []),
      ...(layout.hasLogits
        ? []
        : ['What the probabilities are made of was not found in the graph: they are explained as they are.']),
    ],
    async propose(images) {
      checkImages(model, images);
      const values = await proposing.runRows({ [inputName]: images }, { wanted });
      const rowOf = (name: string, i: number) => rows(floatOutputOf(values, name), i, i + 1).data;
      return Array.from({ length: images.dims[0] ?? 0 }, (_, i) => ({
        boxes: rowOf(boxes, i),
        scores: rowOf(confidences, i),
        classes: layout.classes,
      }));
    },
    release: () => proposing.release(),
  };
}

/** The names of a layout's classes: where they name all its columns, the background's is left out. */
function namesOfThings(
  names: readonly string[] | undefined,
  { background, classes }: Pick<DetectionLayout, 'background' | 'classes'>,
): readonly string[] | undefined {
  if (background === 'none' || names?.length !== classes + 1) return names;
  return background === 'first' ? names.slice(1) : names.slice(0, -1);
}

/** The layout of a loaded model as far as names and shapes say; undefined where it is not recognised. */
export function draftLayout(loaded: LoadedModel): DraftLayout | undefined {
  const { outputs, detection: settings, suppressed, input, model } = loaded;
  const names = (input.classes ?? exportedNames(model))?.length;
  return recogniseDetection(outputs, { settings, suppressed, names });
}

function suppressedWords({ boxes, scores }: Suppression): string {
  return `The model ends in a NonMaxSuppression, whose choice changes with no pixel until it changes altogether: what goes into it was read, "${boxes}" and "${scores}".`;
}
