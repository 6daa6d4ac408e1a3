import { GraphBuilder } from '../../onnx/graphBuilder.ts';
import { rows, type Tensor } from '../../onnx/tensor.ts';
import { program } from '../../runtime/program.ts';
import { floatOutputOf } from '../../runtime/runtime.ts';
import { checkImages, type ReadyModel } from '../classifier.ts';
import type { LoadedModel } from '../loadModel.ts';
import { probeImages } from '../probeImages.ts';
import { addProposals } from './addProposals.ts';
import { findsLogits } from './anchorScores.ts';
import type { DetectionLayoutSettings } from './detectionSettings.ts';
import type { DetectionSettings, Proposals } from './detections.ts';
import { type DetectionLayout, layoutWords } from './layout.ts';
import { recogniseDetection, unrecognised } from './recognise.ts';
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

export interface DetectorOptions {
  /** What the model's shapes do not say of its layout, and when a box is kept. */
  readonly settings?: DetectionLayoutSettings;
  /** What goes into the model's own suppression, where its outputs are those. */
  readonly suppressed?: Suppression;
}

/** Images that assumptions are made from: noise, white, black. */
const probes = 2;

/**
 * Reads a loaded model's outputs as boxes.
 * @throws UnsuitableModelError for outputs whose layout is not recognised, with their shapes and how to describe them.
 */
export async function detectorOf(model: LoadedModel, options: DetectorOptions = {}): Promise<Detector> {
  const { settings = {}, suppressed } = options;
  const { outputs, input, runtime, inputName, batchSize } = model;
  const draft = recogniseDetection(outputs, { settings, suppressed, names: input.classes?.length });
  if (!draft) throw unrecognised(outputs);
  const images = probeImages(input, probes);
  const found = await model.outputsOf(images);
  const settled = settleLayout(model, draft, (value) => floatOutputOf(found, value));
  const layout = { ...settled, hasLogits: await findsLogits(model, settled, images) };
  const builder = new GraphBuilder(model.model.graph, 'proposals');
  const { boxes, confidences } = addProposals(builder, layout, input);
  const wanted = [boxes, confidences];
  const proposing = await program(runtime, { ...model.model, graph: builder.build() }, { outputs: wanted, batchSize });
  return {
    model,
    layout,
    settings: { threshold: settings.threshold, iou: settings.iou },
    notes: [
      layoutWords(layout),
      ...layout.assumed,
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
