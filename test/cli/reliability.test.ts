import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { link, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  FunctionProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  StringStringEntryProtoSchema,
  TensorProto_DataLocation,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  ValueInfoProtoSchema,
} from 'onnx-buf';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeNpy } from '../../src/datasets/npy.ts';
import { readNpz, writeNpz } from '../../src/datasets/npz.ts';
import { message } from '../networks.ts';
import { compileKonkyo, type Konkyo } from './konkyo.ts';

let konkyo: Konkyo;
const at = (...names: string[]) => join(konkyo.folder, ...names);
const main = () => at('dist', 'cli', 'main.js');
const isPosix = process.platform !== 'win32';
const hasPython = isPosix && works('python3', ['-c', 'import pty']);
beforeAll(async () => {
  konkyo = await compileKonkyo();
  await writeFile(at('m.onnx'), readFileSync(new URL('../reference/lenet_digits.onnx', import.meta.url)));
});
afterAll(() => konkyo.remove());

function works(command: string, args: string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
}

function ended(child: ChildProcess, onText: (output: string) => void = () => {}): Promise<Ended> {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      onText(output);
    });
  }
  return new Promise((resolve) => child.on('close', (status, signal) => resolve({ status, signal, output })));
}

/** konkyo behind a shell, for its redirections: `$K` is konkyo. */
function shell(script: string): Promise<Ended> {
  const K = `${process.execPath} ${main()}`;
  return ended(spawn('bash', ['-c', `set -o pipefail; ${script.replaceAll('$K', K)}`], { cwd: konkyo.folder }));
}

const explainOne = 'explain m.onnx digits:1 --method saliency --no-checks --threads 1';
const words = (line: string) => line.split(' ');
const trainShort = 'train d --threads 1 --batch 50';

/**
 * Runs konkyo, which gets a signal as it says a text: sent from within, for on a busy machine whoever listens outside may hear
 * of the text when the work is long past it.
 */
function signalled(args: string, signal: NodeJS.Signals, when: string): Promise<Ended> {
  const preload = `
    const write = process.stderr.write.bind(process.stderr);
    let isSent = false;
    process.stderr.write = (text, ...more) => {
      if (!isSent && text.includes(${JSON.stringify(when)})) {
        isSent = true;
        process.kill(process.pid, '${signal}');
      }
      return write(text, ...more);
    };`;
  const imported = `data:text/javascript,${encodeURIComponent(preload)}`;
  return ended(spawn(process.execPath, ['--import', imported, main(), ...words(args)], { cwd: konkyo.folder }));
}

/** What is asked of a digit where no methods are named. */
const methodsOfDigits = [
  ['DeepLIFT', 'deep-lift'],
  ['Integrated gradients', 'integrated-gradients'],
  ['Occlusion', 'occlusion'],
] as const;
const allThree = methodsOfDigits.map(([title]) => title);

const leftHalf = async (folder: string) =>
  (await readdir(at(folder), { recursive: true })).filter((name) => name.endsWith('.partial'));

describe.skipIf(!isPosix).concurrent('a reader that goes away costs no results', () => {
  it.each([
    ['both closed by a pipe', '2>&1 | true', undefined],
    ['standard error full', '2>/dev/full', 0],
    ['both closed', '>&- 2>&-', 0],
    ['both full', '>/dev/full 2>/dev/full', 0],
    ['the result as JSON full', '--json >/dev/full', 1],
  ])('%s', async (title, redirection, status) => {
    const out = `lost-${title.replaceAll(' ', '-')}`;
    const one = await shell(`$K ${explainOne} --out ${out} ${redirection}`);
    if (status !== undefined) expect(one.status).toBe(status);
    expect(await readFile(at(out, 'index.html'), 'utf8')).toContain('</html>');
  });

  it('of a training', async () => {
    await shell(`$K ${trainShort} --updates 3 --out lost.onnx 2>&1 | head -1`);
    expect((await stat(at('lost.onnx'))).size).toBeGreaterThan(1000);
  });

  it('a list or the help that cannot be printed is a failure', async () => {
    for (const args of ['--help', 'methods', 'methods --json', '--version']) {
      expect((await shell(`$K ${args} >/dev/full`)).status).toBe(1);
    }
  });
});

describe.skipIf(!isPosix).concurrent('a signal', () => {
  it.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s: a training saves where it stands', async (signal, status) => {
    const out = `${signal}.onnx`;
    const one = await signalled(`${trainShort} --updates 20000 --out ${out}`, signal, '[1/10]');
    expect(one).toMatchObject({ status, output: expect.stringContaining(`--resume ${out}.checkpoint.npz`) });
    expect(readNpz(await readFile(at(`${out}.checkpoint.npz`))).has('konkyo')).toBe(true);
  });

  it('explain writes the methods that are done, and says what is missing', async () => {
    const args = 'explain m.onnx digits:1 digits:2 --method saliency,rise,occlusion --no-checks --threads 1 --out cut';
    const one = await signalled(args, 'SIGTERM', '[2/3]');
    expect(one.status).toBe(143);
    const page = await readFile(at('cut', 'index.html'), 'utf8');
    expect(page).toMatch(/This run was interrupted\. Missing: .*Occlusion/);
    expect(page).toContain('Sensitivity map');
    expect(await leftHalf('cut')).toEqual([]);
  });

  it.each([
    [
      'before any map is whole',
      '[1/3]',
      ['DeepLIFT'],
      'Integrated gradients, Occlusion, the checks of the maps, regions and filters',
    ],
    [
      'while maps are made',
      '[2/3]',
      ['DeepLIFT', 'Integrated gradients'],
      'Occlusion, the checks of the maps, regions and filters',
    ],
    ['once the maps are written', 'The maps are in', allThree, 'the checks of the maps, regions and filters'],
    ['while maps are checked', 'insertion, image 2', allThree, 'the checks of the maps, regions and filters'],
    ['in the last check', 'parameter randomisation', allThree, 'the checks of the maps, regions and filters'],
    ['after the checks', 'Regions and filters: digits:2', allThree, 'regions and filters'],
  ])('Ctrl-C %s: the page of what is done, which says what is not', async (moment, when, made, missing) => {
    const out = `stopped-${moment.replaceAll(' ', '-')}`;
    const digits = 'digits:1 digits:2 digits:3';
    const one = await signalled(`explain m.onnx ${digits} --threads 1 --out ${out} --save ${out}.npz`, 'SIGINT', when);
    expect(one.status).toBe(130);
    const said = `This run was interrupted. Missing: ${missing}.`;
    expect(one.output).toContain(said);
    const page = await readFile(at(out, 'index.html'), 'utf8');
    expect(page).toContain(said);
    expect(page.trimEnd().endsWith('</html>')).toBe(true);
    const maps = readNpz(await readFile(at(`${out}.npz`)));
    for (const [title, id] of methodsOfDigits)
      expect({ title, saved: maps.has(id) }).toEqual({ title, saved: made.includes(title) });
    expect(await readdir(at(out))).toEqual(['index.html']);
    expect((await readdir(konkyo.folder)).filter((name) => name.startsWith(out) && name.endsWith('.partial'))).toEqual(
      [],
    );
  });

  it('explain of many images writes an index of those that are done', async () => {
    const digits = Array.from({ length: 300 }, (_, i) => `digits:${i}`).join(' ');
    const args = `explain m.onnx ${digits} --method saliency --no-checks --threads 1 --out cut-many`;
    const one = await signalled(args, 'SIGINT', 'Images 101 to 200');
    expect(one.status).toBe(130);
    const page = await readFile(at('cut-many', 'index.html'), 'utf8');
    expect(/Missing: \d+ of 300 images/.test(page)).toBe(true);
    const pages = await readdir(at('cut-many', 'images'));
    expect((page.match(/<th scope="row"><a href="images\//g) ?? []).length).toBe(pages.length);
    expect(pages.length).toBeGreaterThanOrEqual(100);
  });

  it.each([
    'maximize m.onnx --layer /f/f.0/Conv --steps 500 --out stopped-maximize',
    'filters m.onnx --dataset digits --out stopped-filters',
    'noncontributing m.onnx digits:1 digits:2 --iterations 100000 --out stopped-noncontributing',
    'rules m.onnx --dataset digits --out stopped-rules',
    'regions m.onnx --dataset digits --method compact --epochs 50 --out stopped-regions',
    'reproduce regions --out stopped-reproduce',
  ])('%s writes nothing, and says so', async (args) => {
    const one = await signalled(`${args} --threads 1`, 'SIGTERM', '[1/');
    expect(one).toMatchObject({ status: 143, output: expect.stringContaining('nothing') });
    expect(existsSync(at(args.split(' ').at(-1) ?? '', 'index.html'))).toBe(false);
  });

  it('the second ends it at once', async () => {
    const child = spawn(process.execPath, [main(), ...`${trainShort} --updates 20000 --out no.onnx`.split(' ')], {
      cwd: konkyo.folder,
    });
    let sent = 0;
    const one = await ended(child, (output) => {
      if ((sent === 0 && output.includes('[1/10]')) || (sent === 1 && output.includes('stopping'))) {
        sent += 1;
        child.kill('SIGTERM');
      }
    });
    expect(one.signal === 'SIGTERM' || one.status === 143).toBe(true);
  });
});

describe.skipIf(!isPosix).concurrent('places that cannot be written to are refused before any work', () => {
  it('of every command', async () => {
    const long = 'x'.repeat(300);
    const commands = [
      `${explainOne} --out /proc/x`,
      `${explainOne} --out /dev/null/x`,
      `${explainOne} --out /dev/stdout`,
      `${explainOne} --out m.onnx`,
      `${explainOne} --out m.konkyo.json`,
      `${explainOne} --out loop`,
      `${explainOne} --out ${long}`,
      `${explainOne} --save /dev/null`,
      `${explainOne} --save /dev/stdout`,
      `${explainOne} --save /proc/x/y.npz`,
      `${explainOne} --save loop`,
      `${explainOne} --save ${long}.npz`,
      'train d --updates 2000 --out /proc/x.onnx',
      'train d --updates 2000 --out dist',
      `train d --updates 2000 --out ${long}`,
      'compile m.onnx --method saliency --out m.onnx/x.onnx',
      'compile m.onnx --method saliency --out /dev/stdout',
      'filters m.onnx --dataset digits --out /dev/null',
      'rules m.onnx --dataset digits --out /proc/x',
      'regions m.onnx --out m.onnx',
      'evaluate m.onnx --dataset digits --out /proc/x',
      'evaluate --known-truth --out /proc/x/y',
      'noncontributing m.onnx digits:1 --save dist',
      'maximize m.onnx --layer /f/f.0/Conv --out m.onnx',
      'reproduce rules --quick --json dist',
      'reproduce rules --quick --models m.onnx',
      'demo --out m.onnx',
    ];
    await symlink('loop', at('loop'));
    await writeFile(at('m.konkyo.json'), '{}');
    for (const [i, { status, stderr }] of (
      await Promise.all(commands.map((line) => konkyo.run(words(line))))
    ).entries()) {
      expect({ of: commands[i], status, stderr }).toEqual({
        of: commands[i],
        status: 1,
        stderr: expect.stringMatching(/^konkyo: Cannot write/),
      });
    }
  });

  it('"-" is no place: results are files', async () => {
    const commands = [
      `${explainOne} --out -`,
      `${explainOne} --save -`,
      'compile m.onnx --method saliency --out -',
      'train d --updates 2000 --out -',
    ];
    for (const { status, stderr } of await Promise.all(commands.map((line) => konkyo.run(words(line))))) {
      expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('not to standard output') });
    }
    expect(existsSync(at('-'))).toBe(false);
  });

  it('a name may be as long as the file system takes', async () => {
    const name = `${'x'.repeat(250)}.npz`;
    expect((await konkyo.run(words(`${explainOne} --out long --save ${name}`))).status).toBe(0);
    expect(readNpz(await readFile(at(name))).has('saliency')).toBe(true);
  });

  it('a working folder that is gone is said to be', async () => {
    const { status, output } = await shell('mkdir gone && cd gone && rmdir ../gone && $K methods');
    expect({ status, output }).toEqual({ status: 2, output: expect.stringMatching(/^konkyo: The folder .* is gone/m) });
  });
});

describe.skipIf(!isPosix).concurrent('what is read, or of another kind, is not written over', () => {
  it('under any name of it', async () => {
    const before = await readFile(at('m.onnx'));
    await mkdir(at('names'), { recursive: true });
    await link(at('m.onnx'), at('names', 'hard.onnx'));
    await symlink(at('m.onnx'), at('names', 'soft.onnx'));
    await writeFile(at('names', 'notes.txt'), 'mine');
    await writeFile(at('names', 'index.html'), '<p>mine</p>');
    await writeFile(at('named.konkyo.json'), '{}');
    await writeFile(
      at('a.npz'),
      writeNpz(new Map([['input', { type: 'float32', dims: [1], data: new Float32Array(1) }]])),
    );
    const commands = [
      'compile m.onnx --method saliency --out m.onnx',
      'compile m.onnx --method saliency --out names/hard.onnx',
      'compile m.onnx --method saliency --out names/soft.onnx',
      'compile m.onnx --method saliency --out ./names/../m.onnx',
      'compile m.onnx --method saliency --out names/notes.txt',
      'compile named.onnx --method saliency --out named.konkyo.json',
      'train m.onnx --updates 1 --out m.onnx',
      'train named.onnx --updates 1 --out named',
      `${explainOne} --save m.onnx`,
      `${explainOne} --out names`,
      `${explainOne} --save F --out F`,
      'explain named.onnx digits:1 --save named.konkyo.json',
      'explain m.onnx a.npz --save a.npz',
      'filters m.onnx --dataset names --out names',
      'reproduce rules --quick --json names/notes.txt',
    ];
    for (const [i, { status, stderr }] of (
      await Promise.all(commands.map((line) => konkyo.run(words(line))))
    ).entries()) {
      expect({ of: commands[i], status, stderr }).toMatchObject({
        of: commands[i],
        status: 2,
        stderr: expect.stringMatching(/--force|own place/),
      });
    }
    expect(await readFile(at('m.onnx'))).toEqual(before);
  });

  it('but with --force, and what konkyo wrote is written again without', async () => {
    await writeFile(at('copy.onnx'), await readFile(at('m.onnx')));
    const forced = 'compile copy.onnx --method saliency --no-check --threads 1 --out copy.onnx --force'.split(' ');
    expect((await konkyo.run(forced)).status).toBe(0);
    for (let turn = 0; turn < 2; turn++) {
      expect((await konkyo.run(words(`${explainOne} --out again --save again/m.npz`))).status).toBe(0);
    }
  });
});

it('a long command line does not end the process: ONNX Runtime would read it, and overflow', async () => {
  const { status } = await konkyo.runAlone(words(`${explainOne} --out long-line --data-dir ${'x'.repeat(60_000)}`));
  expect(status).toBe(0);
});

describe('weights in a file of their own', () => {
  const scaled = (factor: number) => Buffer.from(Float32Array.from({ length: 8 }, (_, i) => factor * (i % 3)).buffer);
  const vector = (name: string, dims: readonly bigint[]) =>
    create(ValueInfoProtoSchema, {
      name,
      type: {
        value: {
          case: 'tensorType',
          value: {
            elemType: 1,
            shape: {
              dim: dims.map((dim) =>
                create(TensorShapeProto_DimensionSchema, { value: { case: 'dimValue', value: dim } }),
              ),
            },
          },
        },
      },
    });
  /** Image, flat, times weights that lie in w.bin; these and the product are in a function. */
  function model(): Uint8Array {
    const weights = create(TensorProtoSchema, {
      dataType: 1,
      dims: [4n, 2n],
      dataLocation: TensorProto_DataLocation.EXTERNAL,
      externalData: [create(StringStringEntryProtoSchema, { key: 'location', value: 'w.bin' })],
    });
    const constant = create(AttributeProtoSchema, {
      name: 'value',
      type: AttributeProto_AttributeType.TENSOR,
      t: weights,
    });
    const opset = [create(OperatorSetIdProtoSchema, { domain: '', version: 21n })];
    const proto = message({
      input: [vector('image', [1n, 1n, 2n, 2n])],
      output: [vector('scores', [1n, 2n])],
      node: [
        create(NodeProtoSchema, { opType: 'Flatten', input: ['image'], output: ['flat'] }),
        create(NodeProtoSchema, { opType: 'Scores', domain: 'com.example', input: ['flat'], output: ['scores'] }),
      ],
    });
    proto.opsetImport = [...opset, create(OperatorSetIdProtoSchema, { domain: 'com.example', version: 1n })];
    proto.functions = [
      create(FunctionProtoSchema, {
        name: 'Scores',
        domain: 'com.example',
        input: ['x'],
        output: ['y'],
        opsetImport: opset,
        node: [
          create(NodeProtoSchema, { opType: 'Constant', output: ['w'], attribute: [constant] }),
          create(NodeProtoSchema, { opType: 'MatMul', input: ['x', 'w'], output: ['y'] }),
        ],
      }),
    ];
    return toBinary(ModelProtoSchema, proto);
  }

  it('of a function are those beside the model, never those of the working folder', async () => {
    for (const [name, factor] of [
      ['one', 1],
      ['two', 10],
    ] as const) {
      await mkdir(at(name));
      await writeFile(at(name, 'f.onnx'), model());
      await writeFile(at(name, 'w.bin'), scaled(factor));
      await writeFile(
        at(name, 'ones.npy'),
        writeNpy({ type: 'float32', dims: [1, 1, 2, 2], data: new Float32Array(4).fill(1) }),
      );
    }
    const scoreOf = async (folder: string, file: string) => {
      const { output } = await shell(
        `cd ${folder} && $K explain ${file} ones.npy --method occlusion --no-checks --threads 1 --json 2>/dev/null`,
      );
      return JSON.parse(output).images[0].score as number;
    };
    const [own, other] = await Promise.all([scoreOf('one', 'f.onnx'), scoreOf('one', '../two/f.onnx')]);
    expect(own).toBe(4);
    expect(other).toBe(40);
  });
});

describe.skipIf(!isPosix).concurrent('what is left of earlier runs', () => {
  it('half-written files of dead processes go; others stay', async () => {
    await mkdir(at('stale'));
    for (const name of ['index.html.999999.partial', `index.html.${process.pid}.partial`, 'my.partial']) {
      await writeFile(at('stale', name), '');
    }
    expect((await konkyo.run(words(`${explainOne} --out stale`))).status).toBe(0);
    const names = ['index.html', `index.html.${process.pid}.partial`, 'my.partial'];
    expect((await readdir(at('stale'))).sort()).toEqual(names.sort());
  });

  it('pictures and pages of an earlier report do not stay beside a new one; foreign files do', async () => {
    const digits = Array.from({ length: 21 }, (_, i) => `digits:${i}`).join(' ');
    const method = '--method saliency --no-checks --threads 1 --out twice';
    expect((await konkyo.run(words(`explain m.onnx ${digits} ${method} --pictures`))).status).toBe(0);
    expect(await readdir(at('twice', 'images'))).toHaveLength(21);
    await writeFile(at('twice', 'pictures', '1-mine.png'), 'mine');
    expect((await konkyo.run(words(`explain m.onnx digits:3 ${method}`))).status).toBe(0);
    expect((await readdir(at('twice'), { recursive: true })).sort()).toEqual([
      'index.html',
      'pictures',
      join('pictures', '1-mine.png'),
    ]);
  });
});

describe.skipIf(!hasPython).concurrent('on a terminal (skipped without python3)', () => {
  /** Runs a command on a terminal of its own; sends Ctrl-C once the terminal shows a text. */
  function onTerminal(args: string, interruptAt = '\0'): Promise<Ended> {
    const script = `
import os, pty, sys
pid, fd = pty.fork()
if pid == 0: os.execv(sys.argv[1], sys.argv[1:2] + sys.argv[3:])
seen, sent = b'', False
while True:
  try: chunk = os.read(fd, 4096)
  except OSError: break
  if not chunk: break
  seen += chunk
  if not sent and sys.argv[2].encode() in seen: os.write(fd, b'\\x03'); sent = True
os.write(1, seen)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))`;
    const argv = ['-c', script, process.execPath, interruptAt === '\0' ? 'never shown' : interruptAt, main()];
    return ended(spawn('python3', [...argv, ...args.split(' ')], { cwd: konkyo.folder }));
  }

  it('Ctrl-C leaves cursor and line wrap as they were', async () => {
    const { status, output } = await onTerminal(`${trainShort} --updates 20000 --out tty.onnx`, '/10');
    expect(status).toBe(130);
    expect(output).toContain('--resume');
    const last = (on: string, off: string) => output.lastIndexOf(on) >= output.lastIndexOf(off);
    expect([last('\u001b[?25h', '\u001b[?25l'), last('\u001b[?7h', '\u001b[?7l')]).toEqual([true, true]);
  });

  it('names from files never reach it as they are', async () => {
    await writeFile(at('evil.txt'), `${'\u001b]0;owned\u0007\u009b31m\u202e'}\n`.repeat(10));
    const { status, output } = await onTerminal(`${explainOne} --classes evil.txt --out evil`);
    expect(status).toBe(0);
    expect(output).toContain('\\x1b]0;owned\\x07\\x9b31m\\u202e');
    const { output: refused } = await onTerminal('explain \u001b]0;owned\u0007.onnx digits:1 --out evil');
    for (const obeyed of [']0;owned\u0007', '\u009b', '\u202e']) {
      expect([output.includes(obeyed), refused.includes(obeyed)]).toEqual([false, false]);
    }
  });
});
