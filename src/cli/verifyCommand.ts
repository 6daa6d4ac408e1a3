import type { Command } from 'commander';
import { readNamedFile, readNamedText } from '../node/namedFile.ts';
import { type VerifiedCertificate, verifyCertificate } from '../verifier/verify.ts';
import { inputWords, readInputs } from './inputs.ts';
import { addModelOptions, classifierFrom, type ModelFlags } from './modelOptions.ts';
import { printJson, printResult } from './streams.ts';

interface Flags extends ModelFlags {
  readonly image?: string;
  readonly json?: boolean;
}

export function addVerifyCommand(program: Command): void {
  const command = program
    .command('verify')
    .description('prove a certificate anew, from the model’s file alone')
    .argument('<certificate>', 'JSON file that "konkyo noncontributing --sufficient" or "--certify" wrote')
    .argument('<model>', 'ONNX file')
    .option('--image <input>', `also check that it is about this image: ${inputWords}`)
    .option('--json', 'print the result as JSON');
  addModelOptions(command).action(run);
}

async function run(certificate: string, model: string, flags: Flags): Promise<void> {
  const text = await readNamedText(certificate, 'certificate');
  const image = flags.image === undefined ? undefined : await inputOf(model, flags.image, flags);
  const verified = await verifyCertificate(text, await readNamedFile(model, 'model'), image);
  await (flags.json ? printJson({ holds: true, ...verified }) : printResult(inWords(verified, image !== undefined)));
}

/** What the model makes of a picture. */
async function inputOf(model: string, image: string, flags: Flags): Promise<Float32Array | undefined> {
  const classifier = await classifierFrom(model, flags);
  try {
    const [read] = await readInputs([image], classifier, flags);
    return read?.image.data;
  } finally {
    await classifier.release();
  }
}

function inWords(verified: VerifiedCertificate, ofImage: boolean): string {
  const { kept, lowestMargin, elements, held, farthest, bounds, modelSha256, imageSha256 } = verified;
  return `Proved again: class ${kept} stays for every input in the certificate’s box, in exact arithmetic and in float32.
The box: ${elements - held} of ${elements} input values may move, all at once, by up to ${Number(farthest.toPrecision(6))}; ${held} are held.
The class leads by ${lowestMargin.toPrecision(3)} at least, by ${bounds} bounds.
Model ${modelSha256}
Image ${imageSha256}${ofImage ? ', the one given' : ''} (its values as model input)
`;
}
