import { cp, mkdir, mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import type { Ignore } from '@balena/dockerignore';
import { runCommand } from '../../brokers/provisioning/run-command.ts';
import { assignments, type Dockerfile, type Instruction, type Stage, stageNamed } from './dockerfile.ts';

/** Where a Dockerfile takes files from. */
export interface BuildContext {
  readonly folder: string;
  readonly ignoreFile: string;
}

/** File systems made of a Dockerfile's steps, without an engine: its shell is that of this machine, and so is its node. */
export interface ImageBuilder {
  /** The root folder of a stage, made when first asked for. */
  root(stage: string): Promise<string>;
  /** Removes all it has made. */
  clean(): Promise<void>;
}

/** By `require`: its types claim a default export that it does not have. */
const dockerignore: () => Ignore = createRequire(import.meta.url)('@balena/dockerignore');

/** A machine that has none of the packages yet has to fetch them. */
const RUN_MS = 300_000;
const COPY_MS = 60_000;

/** Runs COPY, WORKDIR, ARG and RUN of stages. The base image is empty here: whoever starts a container adds node. */
export async function createImageBuilder(dockerfile: Dockerfile, context: BuildContext): Promise<ImageBuilder> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'jambus-image-')));
  const ignored = dockerignore().add(await readFile(context.ignoreFile, 'utf8'));
  const made = new Map<string, Promise<string>>();

  const root = (name: string): Promise<string> => {
    const known = made.get(name);
    if (known !== undefined) return known;
    const making = make(stageNamed(dockerfile, name));
    made.set(name, making);
    return making;
  };

  const make = async (stage: Stage): Promise<string> => {
    const into = join(folder, stage.name);
    let workdir = '/';
    if (dockerfile.stages.some(({ name }) => name === stage.base)) {
      await copyTree(await root(stage.base), into);
      workdir = workdirOf(stageNamed(dockerfile, stage.base));
    }
    const args: Record<string, string> = {};
    for (const instruction of stage.instructions) {
      if (instruction.keyword === 'WORKDIR') workdir = instruction.text;
      if (instruction.keyword === 'ARG') Object.assign(args, assignments(instruction.text));
      const there = join(into, workdir);
      await mkdir(there, { recursive: true });
      if (instruction.keyword === 'COPY') await copy(instruction, there);
      // The cache mounts are where this machine has its own caches.
      if (instruction.keyword === 'RUN') await runStep(instruction, there, args);
    }
    return into;
  };

  const copy = async ({ flags, text }: Instruction, there: string): Promise<void> => {
    const paths = text.split(/\s+/);
    const target = paths.pop() ?? '.';
    const from = flags.get('from');
    const source = from === undefined ? context.folder : await root(from);
    const isThere = (path: string) => from !== undefined || !ignored.ignores(relative(source, path));
    for (const path of paths) {
      const found = join(source, path);
      if (!isThere(found)) throw new Error(`COPY ${path}: .dockerignore keeps it out of the build`);
      const isFile = /\.[a-z]+$/.test(basename(path));
      const to = isFile ? join(there, target, basename(path)) : join(there, target);
      if (from === undefined || isFile)
        await cp(found, to, { recursive: true, verbatimSymlinks: true, filter: isThere });
      else await copyTree(found, to);
    }
  };

  return { root, clean: () => rm(folder, { recursive: true, force: true }) };
}

/** @throws Error for absolute paths, since it runs on this machine's root and not on the stage's */
async function runStep({ text }: Instruction, cwd: string, env: Readonly<Record<string, string>>): Promise<void> {
  if (/(^|\s)\//.test(text)) throw new Error(`RUN with an absolute path cannot be run outside of an engine: ${text}`);
  await runCommand('/bin/sh', ['-c', text], { cwd, env, timeoutMs: RUN_MS });
}

/** As `cp` of Node does, and three times as fast: there are thousands of files. */
async function copyTree(from: string, into: string): Promise<void> {
  await mkdir(into, { recursive: true });
  await runCommand('cp', ['-a', `${from}/.`, into], { timeoutMs: COPY_MS });
}

function workdirOf(stage: Stage): string {
  return stage.instructions.findLast(({ keyword }) => keyword === 'WORKDIR')?.text ?? '/';
}
