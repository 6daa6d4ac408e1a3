import { mean } from '../../../faithfulness/mean.ts';
import type { Certificate } from '../certificate.ts';
import { type StructuredKind, structuredKinds } from '../changes/change.ts';
import type { MapControls } from './controls.ts';
import type { Findings } from './experiment.ts';
import type { Identification, Likeness } from './mapControls.ts';
import type { NetworkFigure } from './networkFigure.ts';
import { attackFigures, proofFigures } from './proofFigures.ts';

const changeWords: Readonly<Record<StructuredKind, string>> = {
  blocks: 'noise in blocks',
  blur: 'blurring',
  pasted: 'content of other images',
  mixed: 'two kinds in different places',
};

/** What is reported of one network. The paper gives pictures and no figures. */
export function noncontributingFigures(
  accuracy: number,
  { digits, tested, controls, proofs: networks }: Findings,
): NetworkFigure[] {
  const proofs = tested.flatMap(({ proof }) => (proof ? [proof] : []));
  const of = <T>(items: readonly T[], value: (item: T) => number) => mean(items.map(value));
  const unmasked = tested.map((image) => image.unmasked);
  const masked = tested.map((image) => image.masked);
  return [
    { id: 'network.accuracy', what: 'Test accuracy of the network', value: accuracy },
    {
      id: 'paper.energy',
      what: 'E, the paper’s search, mean over digits',
      value: of(digits, ({ paper }) => paper.energy),
    },
    {
      id: 'paper.seconds',
      what: 'Seconds a digit, the paper’s search',
      value: of(digits, ({ paper }) => paper.map.seconds),
    },
    {
      id: 'paper.energy.error',
      what: 'Standard error of the paper’s E on one digit, mean over digits',
      value: of(digits, ({ paper }) => paper.energyError),
    },
    { id: 'ours.energy', what: 'E on the same noise, our search', value: of(digits, ({ ours }) => ours.energy) },
    {
      id: 'ours.energy.error',
      what: 'Standard error of our E on one digit, mean over digits',
      value: of(digits, ({ ours }) => ours.energyError),
    },
    { id: 'ours.seconds', what: 'Seconds a digit, our search', value: of(digits, ({ ours }) => ours.map.seconds) },
    {
      id: 'ours.gap',
      what: 'Largest share by which our E is worse on any digit (below 0: better on all)',
      value: Math.max(...digits.map(({ paper, ours }) => (ours.energy - paper.energy) / Math.abs(paper.energy))),
    },
    {
      id: 'masked.keep',
      what: 'Class kept by the real network, maps found with masks',
      value: of(masked, ({ measured }) => measured.kept),
    },
    {
      id: 'masked.keep.worst',
      what: 'The same, the worst image',
      value: Math.min(...masked.map(({ measured }) => measured.kept)),
    },
    { id: 'masked.energy', what: 'E on the masked network', value: of(masked, ({ energy }) => energy) },
    { id: 'masked.amplitude', what: 'Mean amplitude with masks', value: of(masked, (map) => map.meanAmplitude) },
    {
      id: 'unmasked.keep',
      what: 'Class kept, maps found without masks',
      value: of(unmasked, ({ measured }) => measured.kept),
    },
    {
      id: 'unmasked.keep.worst',
      what: 'The same, the worst image',
      value: Math.min(...unmasked.map(({ measured }) => measured.kept)),
    },
    { id: 'unmasked.energy', what: 'E on the real network', value: of(unmasked, ({ energy }) => energy) },
    { id: 'unmasked.amplitude', what: 'Mean amplitude without masks', value: of(unmasked, (map) => map.meanAmplitude) },
    ...structuredKinds.map((kind) => ({
      id: `unmasked.keep.${kind}`,
      what: `Class kept within the maps found without masks, ${changeWords[kind]}`,
      value: of(unmasked, ({ structured }) => structured.find((one) => one.kind === kind)?.kept ?? Number.NaN),
    })),
    {
      id: 'unmasked.attacked.lead',
      what: 'Lead of the class at the worst change found within them (projected gradient), mean',
      value: of(unmasked, ({ attacked }) => attacked.lead),
    },
    {
      id: 'unmasked.attacked.lead.clipped',
      what: 'The same with pixels between black and white',
      value: of(unmasked, ({ attacked }) => attacked.leadClipped),
    },
    {
      id: 'unmasked.attacked.keep',
      what: 'Share of images whose class the attack leaves',
      value: of(unmasked, ({ attacked }) => Number(attacked.lead > 0)),
    },
    {
      id: 'order.amplitude',
      what: 'Mean amplitude with a tolerance that keeps the order of all scores, digits',
      value: of(digits, ({ order }) => order.meanAmplitude),
    },
    {
      id: 'order.kept',
      what: 'Tries in which all scores kept their order, with that tolerance',
      value: of(digits, ({ order }) => order.measured.ordered),
    },
    {
      id: 'margin.amplitude',
      what: 'Mean amplitude with half the margin as tolerance, the same digits',
      value: of(digits, ({ real }) => real.meanAmplitude),
    },
    {
      id: 'margin.order.kept',
      what: 'Tries in which all scores kept their order, with half the margin as tolerance',
      value: of(digits, ({ real }) => real.measured.ordered),
    },
    ...controlFigures(controls),
    {
      id: 'certified.amplitude',
      what: 'Mean amplitude that is proved, by lines',
      value: of(proofs, ({ byLines }) => byLines.meanAmplitude),
    },
    {
      id: 'certified.amplitude.interval',
      what: 'The same, by intervals',
      value: of(proofs, ({ byIntervals }) => byIntervals.meanAmplitude),
    },
    {
      id: 'certified.gain',
      what: 'Proved amplitude over the largest even one, the worst image',
      value: Math.min(...proofs.flatMap(({ byLines, byIntervals }) => [gainOf(byLines), gainOf(byIntervals)])),
    },
    {
      id: 'certified.counterexamples',
      what: 'Images with a counter-example to the proof',
      value: proofs.filter(({ challenge }) => challenge.lowest <= 0).length,
    },
    {
      id: 'certified.margin.left',
      what: 'Share of the margin left at the worst noise found',
      value: of(proofs, ({ challenge, byLines }) => challenge.lowest / byLines.margin),
    },
    ...attackFigures(proofs.map(({ challenge }) => challenge)),
    ...proofFigures(networks.decayed, true),
    ...proofFigures(networks.undecayed, false),
  ];
}

function controlFigures({
  different,
  random,
  randomCentred,
  retrainedCentred,
  identification,
}: MapControls): NetworkFigure[] {
  const wholeOf = (all: readonly Likeness[]) => mean(all.map(({ whole }) => whole));
  const innerOf = (all: readonly Likeness[]) => mean(all.map(({ inner }) => inner));
  return [
    {
      id: 'random.correlation',
      what: 'Rank correlation with the map of random weights',
      value: wholeOf(random),
    },
    {
      id: 'random.correlation.inner',
      what: 'The same without the empty rim of the images',
      value: innerOf(random),
    },
    {
      id: 'random.correlation.centred',
      what: 'Rank correlation with the map of random weights, each less its network’s mean map',
      value: wholeOf(randomCentred),
    },
    {
      id: 'random.correlation.centred.inner',
      what: 'The same without the empty rim of the images',
      value: innerOf(randomCentred),
    },
    {
      id: 'retrained.correlation.centred',
      what: 'Rank correlation with the map of a second training, each less its network’s mean map',
      value: retrainedCentred.whole,
    },
    { id: 'different.correlation', what: 'Rank correlation of maps of different images', value: different.whole },
    {
      id: 'different.correlation.inner',
      what: 'The same without the empty rim of the images',
      value: different.inner,
    },
    ...picked('again', 'found again with other noise', [identification.again]),
    ...picked('retrained', 'of a second training', [identification.retrained]),
    ...picked('random', 'of random weights', identification.random),
  ];
}

function picked(id: string, which: string, found: readonly Identification[]): NetworkFigure[] {
  return [
    {
      id: `identification.${id}`,
      what: `Maps ${which} that pick their own image among all`,
      value: mean(found.map(({ whole }) => whole)),
    },
    {
      id: `identification.${id}.inner`,
      what: 'The same without the empty rim of the images',
      value: mean(found.map(({ inner }) => inner)),
    },
  ];
}

/** How many times the largest amplitude that is the same for all pixels is proved in the mean. */
export function gainOf({ meanAmplitude, uniform }: Certificate): number {
  return meanAmplitude / uniform;
}
