import { freePort } from '../../../brokers/provisioning/free-port.ts';
import { startJambusProcess } from '../../../fixtures/index.ts';
import { turns } from '../../turns.ts';
import { SYSTEMS, type SystemName } from '../measurement.ts';
import { startPeer } from '../peer-process.ts';
import { ready } from '../system.ts';
import type { Fresh, Work } from './work.ts';

const LOOK_AGAIN_MS = 5;
const TOKEN = 'a-token-of-the-bench-only';

/**
 * From the start of the processes to the last of them being ready: jambus' gateway and adapter at the same time, and on NATS
 * with the streams that the first adapter makes; a peer finds its streams made.
 */
export const startUp: Work = async ({ options, place, record }) => {
  for (const { one: name, round } of turns(SYSTEMS, options.rounds)) {
    const fresh = await place(name);
    try {
      const value = await (name === 'jambus' ? startJambus(fresh) : startOne(name, fresh));
      record({ metric: 'start to ready', unit: 'ms', system: name, round, value });
    } finally {
      await fresh.end();
    }
  }
};

async function startJambus({ settings }: Fresh): Promise<number> {
  const [websocketPort, linkPort, adminPort] = [await freePort(), await freePort(), await freePort()];
  const startedAt = performance.now();
  const starting = [
    startJambusProcess('gateway', linkPort, {
      JAMBUS_WEBSOCKET_HOST: '127.0.0.1',
      JAMBUS_WEBSOCKET_PORT: String(websocketPort),
      JAMBUS_LINK_HOST: '127.0.0.1',
      JAMBUS_LINK_PORT: String(linkPort),
      JAMBUS_LINK_TOKEN: TOKEN,
    }),
    startJambusProcess('adapter', adminPort, {
      ...settings,
      JAMBUS_GATEWAYS: `ws://127.0.0.1:${linkPort}`,
      JAMBUS_LINK_TOKEN: TOKEN,
      JAMBUS_ADMIN_HOST: '127.0.0.1',
      JAMBUS_ADMIN_PORT: String(adminPort),
    }),
  ];
  await Promise.all([linkPort, adminPort].map((port) => ready(`http://127.0.0.1:${port}`, LOOK_AGAIN_MS)));
  const tookMs = performance.now() - startedAt;
  for (const process of await Promise.all(starting)) await process.kill();
  return tookMs;
}

async function startOne(name: Exclude<SystemName, 'jambus'>, fresh: Fresh): Promise<number> {
  const startedAt = performance.now();
  const process = await startPeer(name, fresh);
  const tookMs = performance.now() - startedAt;
  await process.kill();
  return tookMs;
}
