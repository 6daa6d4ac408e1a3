import type { Classifier } from '../../../model/classifier.ts';
import { loadClassifier } from '../../../model/loadClassifier.ts';
import { writeModel } from '../../../onnx/writeModel.ts';
import { provenanceOf } from '../../../report/page/provenanceView.ts';
import { scoped } from '../../../runtime/release.ts';
import { overSeeds, type Paper, type PaperResult, type PaperSetting, type Reproduction } from '../../paper.ts';
import { defaultSchedule } from '../schedules.ts';
import { experiment, type Findings, quickExtent, wholeExtent } from './experiment.ts';
import { noncontributingFigures } from './figures.ts';
import { reproductionPage, reproductionPictures } from './page.ts';

/** Ikeno, Hara & Washio: the amplitude of noise, pixel by pixel, that leaves the output as it is. */
export const noncontributingPaper: Paper = {
  id: 'noncontributing',
  citation: 'Ikeno, Hara & Washio, Highlighting non-contributing pixels for visual explanation of CNNs (2018)',
  about:
    'the noise that each pixel withstands: the paper’s search, a faster one, and what other changes of that size do',
  reproduce,
};

/** How far the seed of the second training is from that of the first. */
const retraining = 1000;

/** One network, trained with one seed. */
interface Run {
  readonly accuracy: number;
  readonly findings: Findings;
}

async function reproduce(setting: PaperSetting): Promise<Reproduction> {
  const { runtime, seeds, quick, network, dataset, progress, command } = setting;
  const extent = quick ? quickExtent : wholeExtent;
  const runs: Run[] = [];
  let shown: Classifier | undefined;
  for (const seed of seeds) {
    const { model, accuracy } = await network('c', seed);
    const second = await network('c', seed + retraining);
    const third = quick ? undefined : await network('c', seed, 'no-decay');
    await scoped(async (keep) => {
      const classifier = await keep(loadClassifier(writeModel(model), { runtime }));
      const retrained = await keep(loadClassifier(writeModel(second.model), { runtime }));
      const undecayed = third && (await keep(loadClassifier(writeModel(third.model), { runtime })));
      shown ??= classifier;
      const findings = await experiment({ classifier, retrained, undecayed }, dataset, { extent, seed, progress });
      runs.push({ accuracy, findings });
    });
  }
  const [first] = runs;
  if (!first || !shown) throw new RangeError('The experiment needs a seed.');
  const results = resultsOf(runs);
  const provenance = provenanceOf(shown, {
    file: `network c, seed ${seeds[0]}`,
    methods: [],
    command,
  });
  const { iterations, images } = defaultSchedule(shown);
  const { challenge, ...counts } = extent;
  const settings = {
    dataset: dataset.test.name,
    ...counts,
    challenge: `${challenge.draws} draws, ${challenge.structured} changes of each other kind, ${challenge.steps} steps from ${challenge.starts} starts`,
    iterations,
    noiseImages: images,
    draws: first.findings.tested[0]?.unmasked.measured.draws ?? 0,
    tolerance: 'half the margin',
  };
  const rows = Object.entries(settings).map(([label, value]) => ({ label, value: String(value) }));
  return {
    settings,
    results,
    page: reproductionPage(shown, first.findings, results, {
      ...provenance,
      settings: [...rows, ...provenance.settings],
    }),
    files: reproductionPictures(shown, first.findings),
  };
}

/** Each figure's mean over the networks, and its spread where there are several. */
function resultsOf(runs: readonly Run[]): PaperResult[] {
  const all = runs.map(({ accuracy, findings }) => noncontributingFigures(accuracy, findings));
  return (all[0] ?? []).map(({ id, what }, k) => {
    return { id, what, paper: null, ...overSeeds(all.flatMap((figures) => figures[k]?.value ?? [])) };
  });
}
