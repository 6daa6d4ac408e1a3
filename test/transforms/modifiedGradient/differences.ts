import { isFloat } from '../../../src/onnx/elementType.ts';
import { GraphBuilder } from '../../../src/onnx/graphBuilder.ts';
import { type Tensor, toNumbers } from '../../../src/onnx/tensor.ts';
import { probe } from '../../../src/runtime/probe.ts';
import { outputOf, type Values } from '../../../src/runtime/runtime.ts';
import { addGradients, gradientOrZeros } from '../../../src/transforms/gradient/gradient.ts';
import { gradientTable } from '../../../src/transforms/gradient/table.ts';
import { deepLiftAnswers, type Treatment, treatmentOf } from '../../../src/transforms/modifiedGradient/deepLift.ts';
import { cpu } from '../../runtimes.ts';
import { distinct } from '../gradient/inputs.ts';
import { feedsOf, modelOf, type OperatorCase } from '../gradient/operatorCase.ts';

/** What DeepLIFT makes of one operator: the sum of multipliers times dx against that of m_y dy, and the sum of their sizes. */
export interface Account {
  readonly treatment: Treatment;
  readonly passed: number;
  readonly given: number;
  readonly size: number;
}

const numbersOf = (found: Values, name: string) => toNumbers(outputOf(found, name));

/** Other numbers of the same domain: between those of the input and the same in another order. */
function between(input: Tensor<'float32'>): Tensor<'float32'> {
  const { data } = input;
  return { ...input, data: data.map((value, i) => 0.3 * value + 0.7 * data[data.length - 1 - i]!) };
}

export async function accountOf(operatorCase: OperatorCase): Promise<Account> {
  const model = modelOf(operatorCase);
  const feeds = feedsOf(operatorCase);
  const { facts } = await probe(cpu, model, feeds);
  const [node] = model.graph.nodes;
  const moving = Object.keys(feeds).filter((name) => isFloat(feeds[name]!.type));
  const isData = (name: string) => moving.includes(name) || node!.outputs.includes(name);
  const builder = new GraphBuilder(model.graph, 'differences');
  const references = moving.map((name) =>
    builder.input(`reference of ${name}`, 'float32', model.graph.inputs.find((input) => input.name === name)!.dims),
  );
  const outputs = node!.outputs.map((name) => (name === '' ? '' : builder.fresh('reference')));
  const inCopy = (name: string) => references[moving.indexOf(name)] ?? outputs[node!.outputs.indexOf(name)] ?? name;
  builder.append({ ...node!, name: 'reference', inputs: node!.inputs.map(inCopy), outputs });
  const y = node!.outputs[0]!;
  const seed = builder.input('multiplier', 'float32', undefined);
  const context = {
    isData,
    carries: isData,
    isReal: (name: string) => isFloat(facts.get(name)?.type),
    producerOf: () => undefined,
    maxPooling: 'all' as const,
  };
  const added = addGradients(builder, {
    facts,
    seeds: new Map([[y, seed]]),
    wrt: moving,
    answerFor: deepLiftAnswers(gradientTable, context, inCopy),
  });
  const multipliers = moving.map((name) => builder.add('Identity', [gradientOrZeros(builder, added, name)]));
  const graph = builder.build(
    [y, inCopy(y), ...multipliers].map((name) => ({ name, type: undefined, dims: undefined })),
  );
  const seedValues = distinct(facts.get(y)!.dims, 100);
  const session = await cpu.createSession({ ...model, graph });
  try {
    const all: Values = {
      ...feeds,
      ...Object.fromEntries(moving.map((name, i) => [references[i]!, between(feeds[name] as Tensor<'float32'>)])),
      multiplier: seedValues,
    };
    const found = await session.run(all);
    const changes = (value: ArrayLike<number>, reference: ArrayLike<number>, weight: ArrayLike<number>) =>
      Array.from(value, (own, i) => weight[i]! * (own - reference[i]!));
    const given = changes(numbersOf(found, y), numbersOf(found, inCopy(y)), seedValues.data);
    const passed = moving.flatMap((name, i) =>
      changes(
        (all[name] as Tensor<'float32'>).data,
        (all[references[i]!] as Tensor<'float32'>).data,
        numbersOf(found, multipliers[i]!),
      ),
    );
    const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
    const size = sum([...given, ...passed].map(Math.abs));
    return { treatment: treatmentOf(node!, context), passed: sum(passed), given: sum(given), size };
  } finally {
    await session.release();
  }
}
