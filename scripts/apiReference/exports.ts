import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ClassDeclaration, FunctionDeclaration, Node, VariableDeclaration } from 'typescript/unstable/ast';
import {
  isClassDeclaration,
  isFunctionDeclaration,
  isInterfaceDeclaration,
  isTypeAliasDeclaration,
  isVariableDeclaration,
} from 'typescript/unstable/ast/is';
import {
  API,
  type Checker,
  type Symbol as Named,
  NodeBuilderFlags,
  type Project,
  SignatureKind,
  SymbolFlags,
  type Type,
} from 'typescript/unstable/sync';

/** What a program can import from one entry point of the package. */
export interface ApiEntry {
  /** As it is imported: 'konkyo/node'. */
  readonly name: string;
  /** The comment at the top of its file. */
  readonly about: string;
  readonly exports: readonly ApiExport[];
}

export interface ApiExport {
  readonly name: string;
  readonly kind: 'function' | 'value' | 'class' | 'type';
  /** As TypeScript writes it, without bodies. */
  readonly signature: string;
  readonly about: string;
  readonly tags: readonly { readonly name: string; readonly text: string }[];
  /** The file that declares it, from the root of the package. */
  readonly file: string;
}

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Every entry point that package.json names, in its order, as the compiler sees it. */
export function readApi(): ApiEntry[] {
  const api = new API({ cwd: root });
  try {
    const config = `${root}tsconfig.build.json`;
    const project = api.updateSnapshot({ openProjects: [config] }).getProject(config);
    if (!project) throw new Error(`TypeScript has not opened ${config}.`);
    return entryPoints().map((entry) => readEntry(project, entry));
  } finally {
    api.close();
  }
}

function entryPoints(): string[] {
  const { exports } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { exports: Record<string, unknown> };
  return Object.keys(exports).filter((entry) => entry !== './package.json');
}

function readEntry({ program, checker }: Project, entry: string): ApiEntry {
  const file = program.getSourceFile(`${root}src/${entry.slice(2) || 'index'}.ts`);
  const module = file && checker.getSymbolAtLocation(file);
  if (!file || !module) throw new Error(`package.json exports ${entry}, which is no module of src.`);
  const exports = checker.getExportsOfModule(module).map((symbol) => readExport(checker, symbol));
  return {
    name: entry.replace('.', 'konkyo'),
    about:
      /^\/\*([\s\S]*?)\*\//
        .exec(file.text)?.[1]
        ?.replace(/\s*\n \* ?/g, ' ')
        .trim() ?? '',
    exports: exports.sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1)),
  };
}

/** Letters alike before capitals. */
const sortKey = ({ name }: ApiExport): string => `${name.toLowerCase()} ${name}`;

function readExport(checker: Checker, symbol: Named): ApiExport {
  const origin = symbol.flags & SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  const nodes = origin.declarations.map((declaration) => declaration.resolve());
  const declared = nodes.map((node) => node && declaration(checker, origin, symbol.name, node)).filter((one) => !!one);
  const [first] = declared;
  if (!first) throw new Error(`${symbol.name} is exported, and is no function, value, class or type.`);
  return {
    name: symbol.name,
    kind: first.kind,
    signature: declared.map(({ signature }) => signature).join('\n'),
    about: origin.getDocumentationComment(checker),
    tags: origin.getJsDocTags(checker).map(({ name, text }) => ({ name, text: text ?? '' })),
    file: first.file,
  };
}

type Declared = Pick<ApiExport, 'kind' | 'signature' | 'file'>;

/** @returns undefined for what declares nothing by itself. */
function declaration(checker: Checker, symbol: Named, name: string, node: Node): Declared | undefined {
  const file = node.getSourceFile().fileName.slice(root.length);
  if (isFunctionDeclaration(node)) return { kind: 'function', signature: functionHead(node), file };
  if (isVariableDeclaration(node))
    return { ...declaredValue(checker, symbol, name, node as VariableDeclaration), file };
  if (isClassDeclaration(node)) return { kind: 'class', signature: classHead(node), file };
  if (isInterfaceDeclaration(node) || isTypeAliasDeclaration(node)) {
    return { kind: 'type', signature: node.getText().replace(/^export /, ''), file };
  }
  return undefined;
}

function declaredValue(
  checker: Checker,
  symbol: Named,
  name: string,
  node: VariableDeclaration,
): Omit<Declared, 'file'> {
  const written = node.type?.getText();
  if (written !== undefined) return { kind: 'value', signature: `const ${name}: ${written}` };
  const type = checker.getTypeOfSymbol(symbol);
  if (!type) throw new Error(`${name} has no type.`);
  const [call] = checker.getSignaturesOfType(type, SignatureKind.Call);
  if (!call) return { kind: 'value', signature: `const ${name}: ${inShort(checker, type)}` };
  const taken = call.getParameters().flatMap((parameter, index) => {
    const of = checker.getParameterType(call, index);
    const shown = of ? spelledOut(checker, of) : 'unknown';
    // A method without settings.
    return shown === '{}' ? [] : [`${parameter.name}${isOptional(parameter) ? '?' : ''}: ${shown}`];
  });
  const result = checker.getReturnTypeOfSignature(call);
  const given = result ? checker.typeToString(result) : 'unknown';
  return { kind: 'function', signature: `function ${name}(${taken.join(', ')}): ${given}` };
}

/** A type, or of a long one the names of what it has. */
function inShort(checker: Checker, type: Type): string {
  const whole = checker.typeToString(type);
  if (whole.length <= 160) return whole;
  return `{ ${checker
    .getPropertiesOfType(type)
    .map(({ name }) => `${name}: ...`)
    .join('; ')} }`;
}

const isOptional = (symbol: Named): boolean =>
  (symbol.flags & SymbolFlags.Optional) !== 0 || /^\w+\?:/.test(symbol.declarations[0]?.resolve()?.getText() ?? '');

/** The settings of a method, a line each, in place of the types that they are computed from. */
function spelledOut(checker: Checker, given: Type): string {
  const type = checker.getNonNullableType(given) ?? given;
  const named = checker.typeToString(type, undefined, NodeBuilderFlags.NoTruncation);
  if (!named.startsWith('MethodOptions<')) return named;
  const properties = checker.getPropertiesOfType(type).map((property) => {
    const of = checker.getTypeOfSymbol(property);
    const shown = of ? checker.typeToString(checker.getNonNullableType(of) ?? of) : 'unknown';
    return `  ${property.name}?: ${shown};\n`;
  });
  return properties.length === 0 ? '{}' : `{\n${properties.join('')}}`;
}

/** A declaration up to its body. */
function functionHead(node: FunctionDeclaration): string {
  const text = node.getText();
  const { body } = node;
  const head = body ? text.slice(0, text.length - body.getText().length) : text;
  return head.replace(/^export (async )?/, '').trimEnd();
}

function classHead(node: ClassDeclaration): string {
  const text = node.getText();
  const members = node.members.map((member) => {
    const { body } = member as Node & { readonly body?: Node };
    return `  ${body ? member.getText().slice(0, -body.getText().length).trimEnd() : member.getText()}`;
  });
  return `${text.slice('export '.length, text.indexOf('{'))}{\n${members.join('\n')}\n}`;
}
