import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NatsServerSource } from '../brokers/nats/index.ts';
import { launchBroker } from '../brokers/provisioning/launch-broker.ts';
import { type OwnBroker, ownBroker } from '../brokers/provisioning/test-broker.ts';

export interface ShippedNats {
  readonly source: Extract<NatsServerSource, { readonly kind: 'program' }>;
  /** The configuration as it is shipped. */
  readonly file: string;
  /** What is different on this machine: addresses, by those of the file. */
  readonly here: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
  /** Where it says how it is, on 127.0.0.1. */
  readonly monitorPort: number;
}

const START_MS = 15_000;

/**
 * Starts a server with a configuration that we ship. Nothing of it is different but addresses and the folder of the data.
 *
 * @throws Error with the end of its log when it does not start
 */
export function startShippedNats({ source, file, here, environment, monitorPort }: ShippedNats): Promise<OwnBroker> {
  return ownBroker({
    what: 'NATS server',
    label: 'nats-shipped',
    launch: async (folder) => {
      const text = Object.entries({ ...here, '"/data"': JSON.stringify(folder) }).reduce(
        (sum, [from, to]) => {
          if (!sum.includes(from)) throw new Error(`${file} has no ${from}`);
          return sum.replaceAll(from, to);
        },
        await readFile(file, 'utf8'),
      );
      const configFile = join(folder, 'nats.conf');
      await writeFile(configFile, text);
      const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
      return launchBroker({
        what: `nats-server ${source.version}`,
        file: 'env',
        args: [...variables, source.file, '--config', configFile],
        logFile: join(folder, 'nats.log'),
        folder,
        answers: () => answers(monitorPort),
        startMs: START_MS,
      });
    },
  });
}

async function answers(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/healthz?js-enabled-only=true`).then(
    ({ ok }) => ok,
    () => false, // Not yet; if never, its log says why.
  );
}
