import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type GuardedProcess, startGuarded } from '../brokers/provisioning/guarded-process.ts';
import { runCommand } from '../brokers/provisioning/run-command.ts';
import { REPOSITORY } from '../fixtures/repository.ts';
import { PNPM, type Published, type Tarballs } from './pack.ts';

/** A program of a consumer that is running. */
export interface Program extends GuardedProcess {
  /** What it has written so far. */
  printed(): Promise<string>;
}

/** A project of somebody who uses the packages. */
export interface Consumer {
  readonly folder: string;
  /** Compiles all TypeScript of the project as strictly as it goes. @throws Error with the first complaint of the compiler */
  compile(files: Readonly<Record<string, string>>): Promise<void>;
  /** Runs JavaScript to its end. @returns what it wrote */
  evaluate(type: 'module' | 'commonjs', code: string): Promise<string>;
  /** Starts a file of the project, or one of `programs`. */
  start(file: string, ...args: readonly string[]): Promise<Program>;
  /** Ends all programs that run. */
  endPrograms(): Promise<void>;
}

/** Puts packages and a library into a project: the way of one package manager. */
export type Install = (
  folder: string,
  tarballs: Tarballs,
  packages: readonly Published[],
  library: string,
) => Promise<void>;

const INSTALL_MS = 180_000;
const RUN_MS = 60_000;

/** As strict as the compiler is, also about the declarations of packages. No `dom`: what they use is Node's. */
const TSCONFIG = {
  compilerOptions: {
    target: 'ES2023',
    lib: ['ES2023'],
    module: 'NodeNext',
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    rootDir: '.',
    outDir: 'out',
    types: ['node'],
    // What a consumer would install for development is taken from here.
    typeRoots: [join(REPOSITORY, 'node_modules/@types')],
  },
  include: ['*.ts', '*.cts'],
};

/** With npm, which puts all packages into one folder. */
export const withNpm: Install = async (folder, tarballs, packages, library) => {
  const args = [
    'install',
    '--no-audit',
    '--no-fund',
    '--prefer-offline',
    ...packages.map((name) => tarballs[name]),
    library,
  ];
  await runCommand('npm', args, { cwd: folder, timeoutMs: INSTALL_MS });
};

/** With pnpm, which lets a package import only what it names. */
export const withPnpm: Install = async (folder, tarballs, packages, library) => {
  const overrides = Object.entries(tarballs).map(([name, file]) => [`@jambus/${name}`, `file:${file}`]);
  // JSON is YAML.
  await writeFile(join(folder, 'pnpm-workspace.yaml'), JSON.stringify({ overrides: Object.fromEntries(overrides) }));
  const args = [
    'add',
    '--prefer-offline',
    ...packages.map((name) => `@jambus/${name}@file:${tarballs[name]}`),
    library,
  ];
  await runCommand('npx', [...PNPM, ...args], { cwd: folder, timeoutMs: INSTALL_MS });
};

/** Makes an empty project and installs packages and a library such as `nats@2.29.3` in it, and nothing else. */
export async function makeConsumer(
  folder: string,
  install: Install,
  tarballs: Tarballs,
  packages: readonly Published[],
  library: string,
): Promise<Consumer> {
  await mkdir(folder);
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
  await install(folder, tarballs, packages, library);
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(TSCONFIG));
  await cp(fileURLToPath(new URL('./programs', import.meta.url)), join(folder, 'programs'), { recursive: true });

  const programs: GuardedProcess[] = [];
  const run = (args: readonly string[]) => runCommand(process.execPath, args, { cwd: folder, timeoutMs: RUN_MS });
  return {
    folder,
    compile: async (files) => {
      for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
      const compiler = join(REPOSITORY, 'node_modules/typescript/bin/tsc');
      await runCommand(process.execPath, [compiler, '-p', '.'], {
        cwd: folder,
        timeoutMs: RUN_MS,
        complaint: /^.*error TS.*$/m,
      });
    },
    evaluate: (type, code) => run([`--input-type=${type}`, '--eval', code]),
    start: async (file, ...args) => {
      const logFile = join(folder, `${file.replaceAll(/\W/g, '-')}.log`);
      const program = await startGuarded({
        file: process.execPath,
        args: [join(folder, file), ...args],
        logFile,
        folder,
      });
      programs.push(program);
      return Object.assign(program, { printed: () => readFile(logFile, 'utf8') });
    },
    endPrograms: async () => {
      for (const program of programs.splice(0)) await program.kill();
    },
  };
}

/** The TypeScript in a README, in order. */
export async function examplesIn(path: string): Promise<string[]> {
  const text = await readFile(join(REPOSITORY, path), 'utf8');
  return [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code ?? '');
}
