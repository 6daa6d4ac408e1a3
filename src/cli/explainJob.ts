import { join } from 'node:path';
import { type Explanation, explain, runnerUp } from '../attribution/explain.ts';
import type { Method } from '../attribution/method.ts';
import { type Classifier, className, givesProbabilities, type Prediction } from '../classifier/classifier.ts';
import type { Target } from '../classifier/target.ts';
import { writeNpz } from '../datasets/npz.ts';
import { concatRows } from '../onnx/tensor.ts';
import { explainedImage, type NamedImage, targetWords } from '../report/explainedView.ts';
import { provenanceOf } from '../report/provenanceView.ts';
import { renderReport } from '../report/renderReport.ts';
import { reportPictures } from '../report/reportPictures.ts';
import type { ReportView } from '../report/view.ts';
import { writeWhole } from './output.ts';
import type { Progress } from './progress.ts';
import { version } from './version.ts';

export interface ExplainJob {
  readonly classifier: Classifier;
  /** What the model is called in the report. */
  readonly modelName: string;
  readonly images: readonly NamedImage[];
  readonly methods: readonly Method[];
  readonly target?: (prediction: Prediction) => Target;
  /** Folder for index.html. */
  readonly out: string;
  /** Also a PNG for each map, in OUT/pictures. */
  readonly pictures?: boolean;
  /** Also the maps as arrays. */
  readonly save?: string;
  readonly title: string;
  readonly command?: string;
  readonly progress: Progress;
}

/** What `--json` prints. */
export interface ExplainSummary {
  readonly report: string;
  readonly images: readonly {
    readonly name: string;
    readonly predicted: string;
    /** Absent where the model is not known to give probabilities. */
    readonly probability?: number;
    readonly score: number;
    readonly target: string;
    readonly methods: readonly {
      readonly id: string;
      readonly target: string;
      readonly score: number;
      readonly sum: number;
      readonly completenessGap?: number;
    }[];
  }[];
}

/** Explains images and writes what was asked for. Everything is computed before the first file is written. */
export async function runExplainJob(job: ExplainJob): Promise<ExplainSummary> {
  const explanations = await explainWithContrast(job);
  const view = viewOf(job, explanations);
  const report = join(job.out, 'index.html');
  if (job.save) await writeWhole(job.save, mapArchive(job.methods, explanations));
  if (job.pictures) {
    for (const { name, png } of reportPictures(view)) await writeWhole(join(job.out, 'pictures', name), png);
  }
  await writeWhole(report, renderReport(view));
  return summaryOf(job, explanations, report);
}

/** The maps asked for; where the target is the predicted class, also one map of why it and not the runner-up. */
async function explainWithContrast({
  classifier,
  images,
  methods,
  target,
  progress,
}: ExplainJob): Promise<Explanation[]> {
  const batch = concatRows(images.map(({ image }) => image));
  const explanations = await explain(classifier, batch, methods, {
    ...(target ? { target } : {}),
    progress: (done, total, what) => progress.update(done, total, what),
  });
  const contrastMethod = methods.find(({ id }) => id === 'integrated-gradients') ?? methods[0];
  if (target || !contrastMethod || classifier.classCount < 2) return explanations;
  const contrasts = await explain(classifier, batch, [contrastMethod], {
    target: (prediction) => ({ for: prediction.chosen, against: runnerUp(prediction) }),
  });
  return explanations.map((explanation, i) => ({
    ...explanation,
    maps: [...explanation.maps, ...(contrasts[i]?.maps ?? [])],
  }));
}

function viewOf(job: ExplainJob, explanations: readonly Explanation[]): ReportView {
  const { classifier, images, methods, modelName, title, command } = job;
  return {
    title,
    explained: explanations.flatMap((explanation, i) => {
      const named = images[i];
      return named ? [explainedImage(classifier, named, explanation, i)] : [];
    }),
    provenance: provenanceOf(classifier, { file: modelName, methods, version, ...(command ? { command } : {}) }),
  };
}

/** One array a method, [n, ...] in the input's own shape, named by the method's id. */
function mapArchive(methods: readonly Method[], explanations: readonly Explanation[]): Uint8Array {
  const arrays = methods.map(({ id }) => {
    // The first map of a method is the one for the target; a contrast with the runner-up comes after it.
    const maps = explanations.flatMap(({ maps }) => maps.find(({ method }) => method.id === id) ?? []);
    const { dims, data } = concatRows(maps.map(({ values }) => values));
    return [id, { type: 'float32' as const, dims, data }] as const;
  });
  return writeNpz(new Map(arrays));
}

function summaryOf(
  { classifier, images }: ExplainJob,
  explanations: readonly Explanation[],
  report: string,
): ExplainSummary {
  return {
    report,
    images: explanations.map(({ prediction, target, maps }, i) => ({
      name: images[i]?.name ?? '',
      predicted: className(classifier, prediction.chosen),
      ...(givesProbabilities(classifier)
        ? { probability: prediction.probabilities[prediction.chosen] ?? Number.NaN }
        : {}),
      score: prediction.scores[prediction.chosen] ?? Number.NaN,
      target: targetWords(classifier, target),
      methods: maps.map(({ method, target, score, values, completeness }) => ({
        id: method.id,
        target: targetWords(classifier, target),
        score,
        sum: values.data.reduce((sum, value) => sum + value, 0),
        ...(completeness?.gap === undefined ? {} : { completenessGap: completeness.gap }),
      })),
    })),
  };
}
