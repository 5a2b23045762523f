import { setTimeout as delay } from 'node:timers/promises';
import type { BrokerNode, FaultyCluster } from '../broker.ts';
import type { Disturbances } from './disturbances.ts';
import type { Fault } from './fault.ts';

type ToCluster = Disturbances<FaultyCluster>;

/** So long a node is away: longer than the others take to do without it. */
const AWAY_MS = 8_000;
const QUORUM_LOST_MS = 10_000;
const TRANSFERS = 8;
const TRANSFER_EVERY_MS = 1_000;
/** A node that is slow runs for this time, ms, */
const RUNS_MS = 20;
/** and then rests for this time, ms. */
const RESTS_MS = 180;

/** What may happen to brokers that are three. */
export const CLUSTER_FAULTS: readonly Fault<FaultyCluster>[] = [
  { name: 'the leader is killed and comes back', happen: async (to) => killed(to, await to.broker.leader()) },
  {
    name: 'other nodes take the lead every second',
    happen: (to) =>
      to.trouble(async () => {
        for (let n = 0; n < TRANSFERS; n++) {
          await to.broker.transferLeaders();
          await delay(TRANSFER_EVERY_MS);
        }
      }),
  },
  {
    name: 'one node after the other is restarted in good order',
    happen: (to) =>
      to.trouble(async () => {
        for (const node of to.broker.nodes) {
          await node.terminate();
          await node.restart();
          await to.broker.whole();
        }
      }),
  },
  {
    name: 'two of three nodes are killed and come back',
    happen: (to) => allKilled(to, to.broker.nodes.slice(1), QUORUM_LOST_MS),
  },
  {
    name: 'the leader sleeps for 8 s and wakes up',
    async happen(to) {
      const leader = await to.broker.leader();
      await to.trouble(async () => {
        leader.pause();
        await delay(AWAY_MS);
        leader.resume();
        await to.broker.whole();
      });
    },
  },
  {
    name: 'the node that the adapters use is killed and comes back',
    happen: async (to) => killed(to, await to.broker.clientsNode()),
  },
  { name: 'the controller is killed and comes back', happen: async (to) => killed(to, await to.broker.controller()) },
  {
    name: 'the leader runs a tenth of the time',
    async happen(to) {
      const leader = await to.broker.leader();
      await to.trouble(async () => {
        for (const until = Date.now() + AWAY_MS; Date.now() < until; ) {
          leader.pause();
          await delay(RESTS_MS);
          leader.resume();
          await delay(RUNS_MS);
        }
        await to.broker.whole();
      });
    },
  },
  {
    name: 'the disk of a node is full',
    happen: (to) =>
      to.trouble(async () => {
        const { small } = to.broker;
        if (small === undefined) throw new Error('a small disk takes the right to mount one: run this as root');
        await small.disk.fill();
        await delay(AWAY_MS);
        await small.disk.free();
        await small.node.restart();
        await to.broker.whole();
      }),
  },
  {
    name: 'the leader, an adapter and a gateway are killed together',
    async happen(to) {
      const leader = await to.broker.leader();
      await Promise.all([killed(to, leader), to.killGatewayAndAdapter(0, to.cluster.adapters[0])]);
    },
  },
  {
    name: 'all nodes are killed and come back',
    happen: (to) => allKilled(to, to.broker.nodes, AWAY_MS),
  },
];

function killed(to: ToCluster, node: BrokerNode): Promise<void> {
  return to.trouble(async () => {
    await node.kill();
    await delay(AWAY_MS);
    await node.restart();
    await to.broker.whole();
  });
}

/** Without these nodes nobody can write. */
function allKilled(to: ToCluster, nodes: readonly BrokerNode[], ms: number): Promise<void> {
  return to.blackout(async () => {
    await Promise.all(nodes.map((node) => node.kill()));
    await delay(ms);
    await Promise.all(nodes.map((node) => node.restart()));
    await to.broker.whole();
  });
}
