import { runCommand } from '../brokers/provisioning/run-command.ts';
import { REPOSITORY } from '../fixtures/repository.ts';

/** What is published, by the name of its folder. */
export const PUBLISHED = ['client', 'bus', 'schema', 'contract'] as const;
export type Published = (typeof PUBLISHED)[number];

/** Tarballs of packages, as they would be published. */
export type Tarballs = Readonly<Record<Published, string>>;

/** The package manager of the repository, in the version that its documentation names. */
export const PNPM = ['-y', 'pnpm@12.21.0'] as const;

const PACK_MS = 120_000;

/** Packs all into a folder, which builds what is not built. */
export async function packAll(folder: string): Promise<Tarballs> {
  const which = PUBLISHED.flatMap((name) => ['--filter', `@jambus/${name}`]);
  const args = [...PNPM, '-r', ...which, 'pack', '--pack-destination', folder, '--json'];
  const told: unknown = JSON.parse(await runCommand('npx', args, { cwd: REPOSITORY, timeoutMs: PACK_MS }));
  const files = new Map(Array.isArray(told) ? told.map(({ name, filename }) => [name, filename]) : []);
  const tarballOf = (name: Published): string => {
    const file = files.get(`@jambus/${name}`);
    if (file === undefined) throw new Error(`@jambus/${name} was not packed`);
    return file;
  };
  return {
    client: tarballOf('client'),
    bus: tarballOf('bus'),
    schema: tarballOf('schema'),
    contract: tarballOf('contract'),
  };
}
