import { join } from 'node:path';
import { type Explanation, explain, runnerUp } from '../attribution/explain.ts';
import type { Method } from '../attribution/method.ts';
import type { UnitTarget } from '../attribution/unitScores.ts';
import { type Classifier, className, givesProbabilities, type Prediction } from '../classifier/classifier.ts';
import type { InputDescription, SettingSources } from '../classifier/inputDescription.ts';
import type { Target } from '../classifier/target.ts';
import { writeNpz } from '../datasets/npz.ts';
import { type CheckedExplanation, checkMaps } from '../evaluation/checkMaps.ts';
import type { KonkyoError } from '../konkyoError.ts';
import { concatRows } from '../onnx/tensor.ts';
import { explainedImage, type NamedImage, targetWords } from '../report/explainedView.ts';
import { provenanceOf } from '../report/provenanceView.ts';
import { renderReport } from '../report/renderReport.ts';
import { reportPictures } from '../report/reportPictures.ts';
import type { FiredRuleView } from '../report/rules/firedView.ts';
import type { ReportView } from '../report/view.ts';
import { type DecidingParts, decidingParts } from './decidingParts.ts';
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
  /** A unit of a layer to explain in place of a class. */
  readonly unit?: UnitTarget;
  /** Whether the maps are put to a first test of truth (see checkMaps), and regions and filters looked at; not of units. */
  readonly checks?: boolean;
  /** Leave out methods that this model does not admit, with a message, rather than fail. */
  readonly leaveOutRefused?: boolean;
  /** Folder for index.html. */
  readonly out: string;
  /** Also a PNG for each map, in OUT/pictures. */
  readonly pictures?: boolean;
  /** Also the maps as arrays. */
  readonly save?: string;
  /** Which rule fired, an entry for each image. */
  readonly fired?: readonly FiredRuleView[];
  readonly title: string;
  readonly command?: string;
  readonly progress: Progress;
}

/** What `--json` prints. */
export interface ExplainSummary {
  readonly report: string;
  /** How pixels became model input, and where each setting came from. */
  readonly input: Omit<InputDescription, 'classes'> & { readonly from: SettingSources };
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
      readonly deletionArea?: number;
      readonly insertionArea?: number;
      readonly randomWeightsCorrelation?: number;
      /** Of non-contributing pixels: share of fresh noise images under which the class stayed. */
      readonly kept?: number;
    }[];
  }[];
}

/** Explains images and writes what was asked for. Everything is computed before the first file is written. */
export async function runExplainJob(job: ExplainJob): Promise<ExplainSummary> {
  const refused: Refused[] = [];
  try {
    const explanations = await checkedExplanations(job, await explainWithContrast(job, refused));
    const deciding =
      job.checks === true && !job.unit
        ? await decidingParts(job.classifier, job.images, explanations, job.progress)
        : undefined;
    const view = viewOf(job, explanations, refused, deciding);
    const report = join(job.out, 'index.html');
    const methods = job.methods.filter((method) => !refused.some((other) => other.method === method));
    if (job.save) await writeWhole(job.save, mapArchive(methods, explanations));
    if (job.pictures) {
      for (const { name, png } of reportPictures(view)) await writeWhole(join(job.out, 'pictures', name), png);
    }
    await writeWhole(report, renderReport(view));
    return summaryOf(job, explanations, report);
  } finally {
    await job.unit?.classifier.release();
  }
}

interface Refused {
  readonly method: Method;
  readonly reason: string;
}

/** The maps asked for; where the target is the predicted class, also one map of why it and not the runner-up. */
async function explainWithContrast(job: ExplainJob, refused: Refused[]): Promise<readonly Explanation[]> {
  const { classifier, images, methods, target, unit, progress } = job;
  const batch = concatRows(images.map(({ image }) => image));
  const onRefused = (method: Method, { message }: KonkyoError) => {
    progress.message(`Left out: ${method.title}. ${message}`);
    refused.push({ method, reason: message });
  };
  const options = {
    ...(job.leaveOutRefused === true ? { onRefused } : {}),
    progress: (done: number, total: number, what: string) => progress.update(done, total, what),
  };
  if (unit) {
    const predictions = await classifier.predict(batch);
    for (const method of methods.filter(({ shows }) => shows === 'freedom')) {
      const reason = 'It is about decisions, and a unit makes none.';
      progress.message(`Left out: ${method.title}. ${reason}`);
      refused.push({ method, reason });
    }
    const ofUnits = methods.filter((method) => !refused.some((other) => other.method === method));
    const found = await explain(unit.classifier, batch, ofUnits, { ...options, target: () => unit.target });
    return found.map((explanation, i) => ({ ...explanation, prediction: predictions[i] ?? explanation.prediction }));
  }
  const explanations = await explain(classifier, batch, methods, { ...options, ...(target ? { target } : {}) });
  const admitted = methods.filter((method) => !refused.some((other) => other.method === method));
  const evidence = admitted.filter(({ shows }) => shows === undefined);
  const contrastMethod = evidence.find(({ id }) => id === 'integrated-gradients') ?? evidence[0];
  if (target || !contrastMethod || classifier.classCount < 2) return explanations;
  const contrasts = await explain(classifier, batch, [contrastMethod], {
    target: (prediction) => ({ for: prediction.chosen, against: runnerUp(prediction) }),
  });
  return explanations.map((explanation, i) => ({
    ...explanation,
    maps: [...explanation.maps, ...(contrasts[i]?.maps ?? [])],
  }));
}

async function checkedExplanations(
  { classifier, images, checks, unit, progress }: ExplainJob,
  explanations: readonly Explanation[],
): Promise<readonly CheckedExplanation[]> {
  if (checks !== true || unit) return explanations;
  return checkMaps(
    classifier,
    images.map(({ image }) => image),
    explanations,
    { progress: (done, total, what) => progress.update(done, total, what) },
  );
}

function viewOf(
  job: ExplainJob,
  explanations: readonly CheckedExplanation[],
  refused: readonly Refused[],
  deciding: DecidingParts = { views: [], notes: [] },
): ReportView {
  const { classifier, images, modelName, title, command, unit } = job;
  const of = unit?.classifier ?? classifier;
  const methods = job.methods.filter((method) => !refused.some((other) => other.method === method));
  return {
    title,
    explained: explanations.flatMap((explanation, i) => {
      const named = images[i];
      const decided = deciding.views[i];
      const fired = job.fired?.[i];
      return named
        ? [
            {
              ...explainedImage(classifier, named, explanation, i, of),
              ...(decided ? { deciding: decided } : {}),
              ...(fired ? { fired } : {}),
            },
          ]
        : [];
    }),
    provenance: provenanceOf(of, {
      file: modelName,
      methods,
      version,
      notes: [...refused.map(({ method, reason }) => `${method.title} was left out. ${reason}`), ...deciding.notes],
      ...(command ? { command } : {}),
    }),
  };
}

/** One array a method, [n, ...] in the input's own shape or the layer's, named by the method's id. */
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
  { classifier, images, unit }: ExplainJob,
  explanations: readonly CheckedExplanation[],
  report: string,
): ExplainSummary {
  const { classes: _, ...input } = classifier.input;
  return {
    report,
    input: { ...input, from: classifier.inputSources },
    images: explanations.map(({ prediction, target, maps }, i) => ({
      name: images[i]?.name ?? '',
      predicted: className(classifier, prediction.chosen),
      ...(givesProbabilities(classifier)
        ? { probability: prediction.probabilities[prediction.chosen] ?? Number.NaN }
        : {}),
      score: prediction.scores[prediction.chosen] ?? Number.NaN,
      target: targetWords(unit?.classifier ?? classifier, target),
      methods: maps.map(({ method, target, score, values, completeness, checks, freedom }) => ({
        id: method.id,
        target: targetWords(unit?.classifier ?? classifier, target),
        score,
        sum: values.data.reduce((sum, value) => sum + value, 0),
        ...(completeness?.gap === undefined ? {} : { completenessGap: completeness.gap }),
        ...(checks ? { deletionArea: checks.curves.deletion.area, insertionArea: checks.curves.insertion.area } : {}),
        ...(checks?.randomWeights === undefined ? {} : { randomWeightsCorrelation: checks.randomWeights }),
        ...(freedom ? { kept: freedom.measured.kept } : {}),
      })),
    })),
  };
}
