import { basename } from 'node:path';
import { isFloat } from '../../../src/onnx/elementType.ts';
import { UnsupportedOpsetError, UpgradeError } from '../../../src/onnx/errors.ts';
import { type Model, subgraphs } from '../../../src/onnx/graph.ts';
import { float32 } from '../../../src/onnx/tensor.ts';
import { toFloat32 } from '../../../src/onnx/toFloat32.ts';
import { upgradeModel } from '../../../src/onnx/upgrade/upgradeModel.ts';
import { type Probe, probe } from '../../../src/runtime/probe.ts';
import { outputOf, RunError, SessionError, type Values } from '../../../src/runtime/runtime.ts';
import { expandOperators } from '../../../src/transforms/expansions/expandOperators.ts';
import { UnsupportedOperatorsError } from '../../../src/transforms/gradient/errors.ts';
import { gradientTable } from '../../../src/transforms/gradient/table.ts';
import { readStoredModel } from '../../onnx/operatorTests.ts';
import { cpu } from '../../runtimes.ts';
import { type Array64, vector } from '../../slow/array64.ts';
import { slowOperators } from '../../slow/index.ts';
import { whyOutOfScope } from '../../slow/meaningSince.ts';
import { evaluateGraph, toArray64 } from '../../slow/slowGraph.ts';
import { derivativesAlongDirections, mismatch } from './directions.ts';
import { distinct } from './inputs.ts';
import { gradientModel } from './operatorCase.ts';

/** What became of one of ONNX's own operator tests. */
export interface OperatorVerdict {
  readonly name: string;
  /** The operator, or 'several'. */
  readonly op: string;
  readonly verdict: 'passed' | 'not differentiable' | 'unsupported' | 'failed';
  /** Why not, where it did not pass. */
  readonly reason: string;
}

type Judgement = Pick<OperatorVerdict, 'verdict' | 'reason'>;

const unsupported = (reason: string): Judgement => ({ verdict: 'unsupported', reason });
const constant = (reason: string): Judgement => ({ verdict: 'not differentiable', reason });

/** Operators with float inputs by which no derivative is defined or asked for: scales, ratios, regions; all but the first. */
const parameters: ReadonlySet<string> = new Set(['Dropout', 'OneHot', 'QuantizeLinear', 'Range', 'Resize', 'Upsample']);
/** Of these, the ones whose first input is no other matter. */
const wholly: ReadonlySet<string> = new Set(['OneHot', 'Range']);

/** Cases that no product of gradients can be compared on. */
const incomparable: Readonly<Record<string, string>> = {
  test_resize_downsample_sizes_nearest_tf_half_pixel_for_nn: 'a coordinate mode that opset 13 removed',
  test_dynamicquantizelinear: 'its scale counts as a constant',
  test_dynamicquantizelinear_max_adjusted: 'its scale counts as a constant',
  test_dynamicquantizelinear_min_adjusted: 'its scale counts as a constant',
  test_training_dropout_default: 'random',
  test_training_dropout_default_mask: 'random',
  test_training_dropout: 'random',
  test_training_dropout_mask: 'random',
};

/** More numbers than this take the slow version minutes, and some window of so many is sure to be next to a kink. */
const mostElements = 50_000;

/** Compares the vector-Jacobian product of a case's model with finite differences of the slow float64 version. */
export async function judge(folder: string): Promise<OperatorVerdict> {
  const name = basename(folder);
  const { model, feeds } = readStoredModel(folder);
  const [node, ...others] = model.graph.nodes;
  const single = node && others.length === 0 && node.domain === '' ? node.op : undefined;
  const reason = incomparable[name];
  const judgement = reason === undefined ? await judgeModel(relabelled(model), feeds, single) : unsupported(reason);
  return { name, op: single ?? 'several', ...judgement };
}

/** Opset 6 as 7, which konkyo reads, where no operator of the model has changed its meaning since. */
function relabelled(model: Model): Model {
  const unchanged = model.graph.nodes.every(({ op }) => whyOutOfScope(op, model.opset) === undefined);
  return model.opset < 7 && unchanged ? { ...model, opset: 7 } : model;
}

async function judgeModel(model: Model, feeds: Values | undefined, single: string | undefined): Promise<Judgement> {
  if (feeds === undefined) return unsupported('an input is no tensor');
  const answer = single === undefined ? undefined : gradientTable[single];
  if (answer?.kind === 'none') return constant('its result is of integers or piecewise constant');
  const fixed = withParametersFixed(model, feeds);
  if (Object.keys(fixed.feeds).length === 0) return constant('it has no float input');
  const elements = Object.values(fixed.feeds).map(({ data }) => data.length);
  if (elements.some((count) => count > mostElements)) return unsupported('too large for finite differences');
  try {
    const inside = await defined(fixed.model, fixed.feeds);
    if (inside === undefined) return unsupported('ONNX Runtime does not run it');
    const upgraded = upgradeModel(fixed.model, inside.probe.facts);
    const expanded = { ...upgraded, graph: expandOperators(upgraded.graph, inside.probe.facts) };
    return await compare(expanded, inside.feeds, inside.probe);
  } catch (error) {
    if (error instanceof UnsupportedOperatorsError) {
      return unsupported([...new Set(error.unsupported.map(({ op, why }) => `${op}: ${why}`))].join('; '));
    }
    if (error instanceof UpgradeError) return unsupported('it has no form in opset 21');
    if (error instanceof UnsupportedOpsetError) return unsupported('of an opset before 7');
    return { verdict: 'failed', reason: error instanceof Error ? error.message : String(error) };
  }
}

/** Inputs off the kinks, where the model is defined, with what a probe finds there; undefined where nothing runs it. */
async function defined(model: Model, feeds: Values): Promise<{ probe: Probe; feeds: Values } | undefined> {
  const found = {
    feeds: movedOffKinks(feeds, 'towards 0'),
    probe: await probed(model, movedOffKinks(feeds, 'towards 0')),
  };
  if (found.probe === undefined) return undefined;
  const isDefined = Object.values(found.probe.outputs).every(
    ({ data }) => !Array.from<unknown>(data).some(Number.isNaN),
  );
  if (isDefined) return { feeds: found.feeds, probe: found.probe };
  const outwards = movedOffKinks(feeds, 'from 0');
  const second = await probed(model, outwards);
  return second && { feeds: outwards, probe: second };
}

async function probed(model: Model, feeds: Values): Promise<Probe | undefined> {
  try {
    return await probe(cpu, model, feeds);
  } catch (error) {
    if (error instanceof SessionError || error instanceof RunError) return undefined;
    throw error;
  }
}

/** The same model in float32, with all but its float inputs as constants, as they are in a classifier. */
function withParametersFixed(model: Model, feeds: Values): { readonly model: Model; readonly feeds: Values } {
  const given = new Map([...model.graph.initializers, ...Object.entries(feeds)]);
  const real = toFloat32({ ...model, graph: { ...model.graph, initializers: given } });
  const { nodes, initializers } = real.graph;
  const fixed = new Set(
    nodes.flatMap(({ op, inputs }) => (parameters.has(op) ? inputs.slice(wholly.has(op) ? 0 : 1) : [])),
  );
  const moved = Object.keys(feeds).filter((name) => initializers.get(name)?.type === 'float32' && !fixed.has(name));
  const graph = {
    ...real.graph,
    inputs: real.graph.inputs.filter(({ name }) => moved.includes(name)),
    initializers: new Map([...initializers].filter(([name]) => !moved.includes(name))),
  };
  return {
    model: { ...real, irVersion: Math.max(4, model.irVersion), graph },
    feeds: Object.fromEntries([...initializers].filter(([name]) => moved.includes(name))),
  };
}

/** Every number moved by up to 2%, and zeros off it: the tests like to stand on kinks, and on equal values. */
function movedOffKinks(feeds: Values, direction: 'towards 0' | 'from 0'): Values {
  const most = direction === 'towards 0' ? -0.02 : 0.02;
  const entries = Object.entries(feeds).map(([name, value], i) => {
    const share = distinct(value.dims, 200 + i).data.map(Math.abs);
    const move = (x: number, k: number): number => (x === 0 ? 0.01 * share[k]! : x * (1 + most * share[k]!));
    return [name, float32(value.dims, (value.data as Float32Array).map(move))] as const;
  });
  return Object.fromEntries(entries);
}

async function compare(model: Model, feeds: Values, { outputs }: Probe): Promise<Judgement> {
  const { graph } = model;
  const wrt = Object.keys(feeds);
  const without = graph.nodes.find(({ op, domain }) => domain !== '' || slowOperators[op] === undefined);
  const floats = graph.outputs.map(({ name }) => name).filter((name) => isFloat(outputs[name]?.type));
  if (floats.length === 0) return constant('it has no float output');
  const shapes = new Map(floats.map((name) => [name, outputs[name]!.dims]));
  const added = await gradientModel(model, feeds, wrt, shapes);
  if (without) return unsupported(`no slow ${without.op} to compare with`);
  if (graph.nodes.some((node) => subgraphs(node).length > 0)) return unsupported('no slow subgraphs to compare with');

  const in64 = new Map(Object.entries(feeds).map(([name, value]) => [name, toArray64(value)]));
  const joined = (values: ReadonlyMap<string, Array64>): Array64 =>
    vector(floats.flatMap((name) => [...values.get(name)!.data]));
  const forward = joined(evaluateGraph(graph, in64));
  const expected = vector(floats.flatMap((name) => [...toArray64(outputs[name]!).data]));
  const scale = Math.max(1, ...expected.data.filter(Number.isFinite).map(Math.abs));
  // Room for float32: cumulative sums and products of large numbers.
  const differs = expected.data.some((value, i) => !(Math.abs(value - forward.data[i]!) <= 1e-3 * scale));
  if (differs) return unsupported('the slow version and ONNX Runtime differ on it');

  const session = await cpu.createSession(added.model);
  const values = await session.run({ ...feeds, ...added.cotangents });
  await session.release();
  const cotangent = vector(floats.flatMap((name) => [...toArray64(added.cotangents[`cotangent of ${name}`]!).data]));
  const wrong = wrt.flatMap((name) => {
    const f = (x: Array64): Array64 => joined(evaluateGraph(graph, new Map([...in64, [name, x]])));
    const wanted = derivativesAlongDirections(f, in64.get(name)!, cotangent, 4);
    const gradient = toArray64(outputOf(values, added.gradients.get(name) ?? ''));
    // The tests' numbers are not chosen for float32's sake: sums of thousands occur.
    const problem = mismatch(gradient, wanted, 1e-3);
    return problem === undefined ? [] : [`by ${name}: ${problem}`];
  });
  return wrong.length === 0 ? { verdict: 'passed', reason: '' } : { verdict: 'failed', reason: wrong.join('; ') };
}
