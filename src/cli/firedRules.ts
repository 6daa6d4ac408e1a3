import type { Classifier } from '../model/classifier.ts';
import { concatRows } from '../onnx/tensor.ts';
import type { NamedImage } from '../report/explanation/explainedView.ts';
import { findDenseHead } from '../studies/booleanRules/denseHead.ts';
import { RuleFileError } from '../studies/booleanRules/errors.ts';
import { firedRules } from '../studies/booleanRules/firedRule.ts';
import { type FiredRuleView, firedRuleView } from '../studies/booleanRules/page/firedView.ts';
import { readRuleFile } from '../studies/booleanRules/ruleFile.ts';
import { readNamedFile } from './modelFile.ts';
import { decodeText } from './textFile.ts';

/**
 * What the rules in a file say of each image.
 * @throws FileError, RuleFileError, also when the rules are of another model.
 */
export async function rulesOfImages(
  path: string,
  classifier: Classifier,
  images: readonly NamedImage[],
): Promise<FiredRuleView[]> {
  const { file, rules } = readRuleFile(decodeText(await readNamedFile(path, 'rules')), path);
  if (file.model.sha256 !== classifier.sha256) {
    throw new RuleFileError(
      `The rules in ${path} are of ${file.model.file} (SHA-256 ${file.model.sha256.slice(0, 12)}...), not of this model (${classifier.sha256.slice(0, 12)}...). Make them anew with: konkyo rules MODEL --dataset ...`,
    );
  }
  const head = await findDenseHead(classifier, rules.features);
  const fired = await firedRules(classifier, head, rules, concatRows(images.map(({ image }) => image)));
  return fired.map((one) => firedRuleView(one, file));
}
