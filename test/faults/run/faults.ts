import { setTimeout as delay } from 'node:timers/promises';
import type { Disturbances } from './disturbances.ts';
import type { Fault } from './fault.ts';

/** So long the only gateway is away: the adapters wait longer and longer before they dial it again. */
const AWAY_MS = 5_000;

export const FAULTS: readonly Fault[] = [
  { name: 'without a fault', happen: async () => {} },
  { name: 'an adapter is killed', happen: (to) => to.killAdapter(to.cluster.adapters[0]) },
  { name: 'an adapter stops in good order', happen: (to) => to.stopAdapter(to.cluster.adapters[0]) },
  {
    name: 'an adapter is added',
    async happen(to) {
      await to.addAdapter();
    },
  },
  {
    name: 'an adapter sleeps until others have its work, and wakes up',
    happen: (to) => to.putToSleep(to.cluster.adapters[0]),
  },
  {
    name: 'an adapter comes or goes every other second',
    async happen(to) {
      for (let round = 0; round < 2; round++) {
        const extra = await to.addAdapter();
        await delay(2_000);
        await to.stopAdapter(extra);
        await delay(2_000);
      }
    },
  },
  {
    name: 'adapters are added that reach one gateway or none',
    async happen(to) {
      await to.addAdapter({ reaches: [0] });
      await to.addAdapter({ token: 'another-token-than-theirs' });
    },
  },
  { name: 'a gateway is killed and its calls go to the other', happen: (to) => to.killGateway(0) },
  {
    name: 'a gateway stops in good order and its calls go to the other',
    happen: (to) => to.stopGateway(0),
  },
  {
    name: 'the only gateway stops in good order and comes back',
    gateways: 1,
    happen: (to) =>
      to.outage(async () => {
        await to.stopGateway(0);
        await delay(AWAY_MS);
        await to.cluster.startGateway(0);
      }),
  },
  {
    name: 'the only gateway is killed and comes back',
    gateways: 1,
    happen: (to) =>
      to.outage(async () => {
        await to.killGateway(0);
        await delay(AWAY_MS);
        await to.cluster.startGateway(0);
      }),
  },
  {
    name: 'everything stops in good order and comes back',
    happen: (to) =>
      to.outage(async () => {
        const { gateways, adapters } = to.cluster;
        to.everybodyForgets();
        const [gatewayCount, adapterCount] = [gateways.length, adapters.length];
        const stops = [...gateways.keys()].map((number) => to.stopGateway(number));
        await Promise.all([...stops, ...adapters.map((adapter) => adapter.stop())]);
        await startAll(to, gatewayCount, adapterCount);
      }),
  },
  {
    name: 'everything is killed and comes back',
    happen: (to) =>
      to.outage(async () => {
        const { gateways, adapters } = to.cluster;
        to.everybodyForgets();
        const [gatewayCount, adapterCount] = [gateways.length, adapters.length];
        const kills = [...gateways.keys()].map((number) => to.killGateway(number));
        await Promise.all([...kills, ...adapters.map((adapter) => adapter.kill())]);
        await startAll(to, gatewayCount, adapterCount);
      }),
  },
  { name: 'every link is cut for 5 s', happen: (to) => to.cutLinks(5_000) },
  { name: 'the broker is killed and comes back with its store', happen: (to) => to.killBroker(2_000) },
  { name: 'the commands are deleted and made anew', happen: (to) => to.makeCommandsAnew() },
];

/** The second adapter gets half of what the first one has taken, as any that is added. */
async function startAll(to: Disturbances, gateways: number, adapters: number): Promise<void> {
  for (let number = 0; number < gateways; number++) await to.cluster.startGateway(number);
  for (let n = 0; n < adapters; n++) await to.addAdapter();
}
