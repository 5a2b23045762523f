import { setTimeout as delay } from 'node:timers/promises';
import type { JambusCluster } from '../../cluster/jambus-cluster.ts';
import type { JambusProcess } from '../../fixtures/index.ts';
import type { FaultyBroker } from '../broker.ts';
import type { Facts } from '../history/index.ts';
import type { Publisher } from '../publisher/start-publisher.ts';

/** From the end of a process until everybody knows that it is gone, ms, beside its session. */
const NOTICED_MS = 2_000;
/** Partitions that change hands in good order have done so by then, ms. */
const MOVED_MS = 5_000;

/** Does what may happen to a system, and keeps account of it. */
export class Disturbances<B extends FaultyBroker = FaultyBroker> {
  readonly cluster: JambusCluster;
  readonly broker: B;
  readonly #publishers: readonly Publisher[];
  #rough = false;
  #forgetsEnded = false;
  readonly #forgetsIdsAt: number[] = [];
  #missesGateway = false;
  readonly #gatewayKills: Facts['gatewayKills'][number][] = [];
  readonly #outages: Facts['outages'][number][] = [];
  readonly #moves: Facts['moves'][number][] = [];
  readonly #newLogsAt: number[] = [];

  constructor(cluster: JambusCluster, broker: B, publishers: readonly Publisher[]) {
    this.cluster = cluster;
    this.broker = broker;
    this.#publishers = publishers;
  }

  get facts(): Omit<Facts, 'bus' | 'fault' | 'left' | 'brokerMs' | 'stallMs'> {
    return {
      rough: this.#rough,
      forgetsEnded: this.#forgetsEnded,
      forgetsIdsAt: this.#forgetsIdsAt,
      missesGateway: this.#missesGateway,
      gatewayKills: this.#gatewayKills,
      outages: this.#outages,
      moves: this.#moves,
      newLogsAt: this.#newLogsAt,
    };
  }

  async killAdapter(adapter: JambusProcess | undefined): Promise<void> {
    this.#rough = true;
    const from = Date.now();
    await adapter?.kill();
    this.#outages.push({ from, to: from + this.broker.sessionMs + NOTICED_MS, total: false });
  }

  async stopAdapter(adapter: JambusProcess | undefined): Promise<void> {
    const from = Date.now();
    await adapter?.stop();
    this.#moves.push({ from, to: Date.now() + MOVED_MS });
  }

  async addAdapter(...options: Parameters<JambusCluster['addAdapter']>): Promise<JambusProcess> {
    const from = Date.now();
    const adapter = await this.cluster.addAdapter(...options);
    this.#moves.push({ from, to: Date.now() + MOVED_MS });
    return adapter;
  }

  /** It sleeps until others have its partitions, and then goes on as if it had them. */
  async putToSleep(adapter: JambusProcess | undefined): Promise<void> {
    this.#rough = true;
    const from = Date.now();
    adapter?.pause();
    await delay(this.broker.sessionMs + NOTICED_MS);
    adapter?.resume();
    this.#outages.push({ from, to: Date.now(), total: false });
  }

  async killGateway(gateway: number): Promise<void> {
    this.#rough = true;
    this.#missesGateway = true;
    this.#gatewayKills.push({ gateway, at: Date.now() });
    await this.cluster.gateways[gateway]?.kill();
  }

  async killGatewayAndAdapter(gateway: number, adapter: JambusProcess | undefined): Promise<void> {
    this.#forgetsIdsAt.push(Date.now());
    await Promise.all([this.killGateway(gateway), this.killAdapter(adapter)]);
  }

  async stopGateway(gateway: number): Promise<void> {
    this.#missesGateway = true;
    await this.cluster.gateways[gateway]?.stop();
  }

  /** From now until what `during` does is done, nobody was there. */
  async outage(during: () => Promise<void>): Promise<void> {
    await this.#outage(during, true);
  }

  /** From now until what `during` does is done, there was no broker. */
  async blackout(during: () => Promise<void>): Promise<void> {
    this.#rough = true;
    await this.#outage(during, true);
  }

  /** From now until what `during` does is done, something was away that the others stand in for. */
  async trouble(during: () => Promise<void>): Promise<void> {
    this.#rough = true;
    await this.#outage(during, false);
  }

  async #outage(during: () => Promise<void>, total: boolean): Promise<void> {
    const from = Date.now();
    await during();
    this.#outages.push({ from, to: Date.now(), total });
  }

  async cutLinks(ms: number): Promise<void> {
    this.#rough = true;
    await this.outage(async () => {
      for (const link of this.cluster.links) link.cut();
      await delay(ms);
      for (const link of this.cluster.links) link.restore();
    });
  }

  async killBroker(ms: number): Promise<void> {
    await this.blackout(async () => {
      await this.broker.kill();
      await delay(ms);
      await this.broker.restart();
    });
  }

  /** Nobody who remembers the calls that have ended is left. */
  everybodyForgets(): void {
    this.#forgetsEnded = true;
  }

  async makeCommandsAnew(): Promise<void> {
    await Promise.all(this.#publishers.map((publisher) => publisher.pause()));
    await this.outage(async () => {
      this.#newLogsAt.push(Date.now());
      await this.broker.makeAnew();
    });
    for (const publisher of this.#publishers) await publisher.resume();
  }
}
