import { readFile } from 'node:fs/promises';
import { DockerfileParser, type Instruction as Parsed } from 'dockerfile-ast';

/** One instruction, with continued lines joined and variables left as they are written. */
export interface Instruction {
  /** In capitals. */
  readonly keyword: string;
  /** `--from=build` as `from` → `build`. */
  readonly flags: ReadonlyMap<string, string>;
  /** Everything behind the flags. */
  readonly text: string;
}

/** What is between one FROM and the next. */
export interface Stage {
  readonly name: string;
  /** An image, or the name of an earlier stage. */
  readonly base: string;
  readonly instructions: readonly Instruction[];
}

export interface Dockerfile {
  /** The build arguments in front of the first FROM. */
  readonly args: Readonly<Record<string, string>>;
  /** In the order of the file; the last one is what is built when nobody says otherwise. */
  readonly stages: readonly Stage[];
}

/** @throws Error for a stage without name, since that is one nobody can build alone */
export async function readDockerfile(path: string): Promise<Dockerfile> {
  const instructions = DockerfileParser.parse(await readFile(path, 'utf8'))
    .getInstructions()
    .map(instructionOf);
  const args: Record<string, string> = {};
  const stages: (Stage & { readonly instructions: Instruction[] })[] = [];
  for (const instruction of instructions) {
    const last = stages.at(-1);
    if (instruction.keyword === 'FROM') stages.push({ ...stageOf(instruction.text, args), instructions: [] });
    else if (last !== undefined) last.instructions.push(instruction);
    else Object.assign(args, assignments(instruction.text));
  }
  return { args, stages };
}

/** @throws Error when there is none of that name */
export function stageNamed({ stages }: Dockerfile, name: string): Stage {
  const stage = stages.find((candidate) => candidate.name === name);
  if (stage === undefined) throw new Error(`the Dockerfile has no stage ${name}`);
  return stage;
}

/** `A=b C="d e"` as a record; a name without value gets an empty one. */
export function assignments(text: string): Record<string, string> {
  const pairs = [...text.matchAll(/([A-Za-z][\w.]*)(?:=(?:"((?:[^"\\]|\\.)*)"|(\S*)))?/g)];
  return Object.fromEntries(pairs.map(([, name, quoted, bare]) => [name, quoted ?? bare ?? '']));
}

function instructionOf(parsed: Parsed): Instruction {
  const flags = 'getFlags' in parsed && typeof parsed.getFlags === 'function' ? parsed.getFlags() : [];
  return {
    keyword: parsed.getKeyword(),
    flags: new Map(
      flags.map((flag: { getName(): string; getValue(): string | null }) => [flag.getName(), flag.getValue() ?? '']),
    ),
    text: parsed.getArgumentsContent() ?? '',
  };
}

function stageOf(
  from: string,
  args: Readonly<Record<string, string>>,
): { readonly name: string; readonly base: string } {
  const [image = '', , name] = from.split(/\s+/);
  if (name === undefined) throw new Error(`a stage of the Dockerfile has no name: FROM ${from}`);
  return { name, base: image.replaceAll(/\$\{(\w+)\}/g, (_, arg: string) => args[arg] ?? '') };
}
