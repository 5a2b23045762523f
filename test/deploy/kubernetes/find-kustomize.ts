import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Unavailable } from '../../brokers/provisioning/availability.ts';
import { cached, cacheRoot } from '../../brokers/provisioning/cached.ts';
import { reasonOf } from '../../brokers/provisioning/reason-of.ts';
import { runCommand } from '../../brokers/provisioning/run-command.ts';

/** Something that renders a kustomization. */
export interface Kustomize {
  readonly available: true;
  /** The program and the arguments that go before the folder. */
  readonly command: readonly [string, ...string[]];
  /** For people: where it was found. */
  readonly origin: string;
}

/** The newest release that can be built with the Go of a year ago. */
const VERSION = '5.8.0';
const QUICK_MS = 30_000;
const BUILD_MS = 600_000;

let found: Promise<Kustomize | Unavailable> | undefined;

/** `kubectl` on the PATH, then `kustomize`, then one built with Go into `.cache`. Says on standard error which one it took. */
export function findKustomize(): Promise<Kustomize | Unavailable> {
  found ??= look();
  return found;
}

async function look(): Promise<Kustomize | Unavailable> {
  const reasons: string[] = [];
  for (const place of [kubectl, kustomize, builtWithGo]) {
    try {
      const source = await place();
      process.stderr.write(`kustomize, ${source.origin}\n`);
      return source;
    } catch (error) {
      reasons.push(reasonOf(error));
    }
  }
  return { available: false, line: `no kustomize (${reasons.join('; ')}); put kubectl on the PATH, or install Go` };
}

async function kubectl(): Promise<Kustomize> {
  await runCommand('kubectl', ['kustomize', '--help'], { timeoutMs: QUICK_MS });
  return { available: true, command: ['kubectl', 'kustomize'], origin: 'of kubectl on the PATH' };
}

async function kustomize(): Promise<Kustomize> {
  await runCommand('kustomize', ['version'], { timeoutMs: QUICK_MS });
  return { available: true, command: ['kustomize', 'build'], origin: 'on the PATH' };
}

async function builtWithGo(): Promise<Kustomize> {
  const folder = await cached(cacheRoot(), `kustomize-${VERSION}-${process.platform}-${process.arch}`, async (into) => {
    const module = `sigs.k8s.io/kustomize/kustomize/v5@v${VERSION}`;
    await runCommand('go', ['install', module], { cwd: tmpdir(), env: { GOBIN: into }, timeoutMs: BUILD_MS });
  });
  return { available: true, command: [join(folder, 'kustomize'), 'build'], origin: `${VERSION}, built with Go` };
}
