import { readdir, readFile } from 'node:fs/promises';
import { type FastCall, startFastCall } from '../bench/fast-jambonz.ts';
import { freePort } from '../brokers/provisioning/free-port.ts';
import { startJambusProcess } from '../fixtures/index.ts';

/** A standalone jambus as its own process, which strangers attack. */
export interface Target {
  readonly pid: number;
  readonly port: number;
  readonly linkPort: number;
  readonly websocketUrl: string;
  /** Calls that are up, of somebody who means it. */
  readonly calls: readonly FastCall[];
  addCall(callSid: string): Promise<FastCall>;
  /** File descriptors that the process has open. */
  descriptors(): Promise<number>;
  /** Memory of the process, MiB. */
  rssMiB(): Promise<number>;
  /** The value of a metric by name and labels as Prometheus writes them; 0 when it is not there. */
  metric(series: string): Promise<number>;
  /** Sends a command that does nothing. @returns how long its outcome took, ms; undefined when it was not delivered */
  command(callSid: string): Promise<number | undefined>;
  /**
   * Commands to all calls, one call after the other.
   *
   * @param until goes on until this series of the metrics counts something, which takes an attacker longer on a busy machine
   */
  commands(forMs: number, until?: string): Promise<Latencies>;
  log(): Promise<Record<string, unknown>[]>;
  stop(): Promise<void>;
}

/** How long commands took, ms. */
export interface Latencies {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** Commands that were not delivered. */
  readonly failed: number;
}

const PATIENCE_MS = 45_000;
/** Between two commands. */
const PAUSE_MS = 10;
const LOOK_AGAIN_MS = 1_000;

export interface TargetOptions {
  readonly calls?: number;
  readonly settings?: Readonly<Record<string, string>>;
}

export async function startTarget({ calls: count = 4, settings = {} }: TargetOptions = {}): Promise<Target> {
  const [port, linkPort, adminPort] = [await freePort(), await freePort(), await freePort()];
  const process = await startJambusProcess('standalone', adminPort, {
    JAMBUS_WEBSOCKET_PORT: String(port),
    JAMBUS_LINK_PORT: String(linkPort),
    JAMBUS_ADMIN_PORT: String(adminPort),
    JAMBUS_UNCLAIMED_AFTER_MS: '0',
    JAMBUS_DRAIN_MS: '0',
    JAMBUS_APPLICATION_DEADLINE_MS: '100',
    ...settings,
  });
  const door = `http://127.0.0.1:${adminPort}`;
  const credentials = settings['JAMBUS_BASIC_AUTH'];
  const websocketUrl = `ws://${credentials === undefined ? '' : `${credentials}@`}127.0.0.1:${port}/ivr`;
  const calls: FastCall[] = [];
  let sent = 0;

  const target: Target = {
    pid: process.pid,
    port,
    linkPort,
    websocketUrl,
    calls,
    async addCall(callSid) {
      const call = await startFastCall(websocketUrl, callSid);
      calls.push(call);
      return call;
    },
    descriptors: async () => (await readdir(`/proc/${process.pid}/fd`)).length,
    async rssMiB() {
      const status = await readFile(`/proc/${process.pid}/status`, 'utf8');
      return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024);
    },
    async metric(series) {
      const text = await (await fetch(`${door}/metrics`)).text();
      const line = text.split('\n').find((each) => each.startsWith(`${series} `));
      return line === undefined ? 0 : Number(line.slice(line.lastIndexOf(' ')));
    },
    async command(callSid) {
      const body = { type: 'command', command: 'redirect', data: [{ verb: 'pause', id: `v${sent++}`, length: 1 }] };
      const startedAt = performance.now();
      const response = await fetch(`${door}/v1/commands/${callSid}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(PATIENCE_MS),
      }).catch(() => undefined);
      const { status } = ((await response?.json()) ?? {}) as { status?: string };
      return status === 'delivered' ? performance.now() - startedAt : undefined;
    },
    async commands(forMs, series) {
      const took: number[] = [];
      let failed = 0;
      let until = performance.now() + forMs;
      const latest = until + PATIENCE_MS;
      for (let n = 0; performance.now() < until; n++) {
        const ms = await target.command((calls[n % calls.length] as FastCall).callSid);
        if (ms === undefined) failed++;
        took.push(ms ?? PATIENCE_MS);
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
        const lacks = performance.now() >= until && series !== undefined && (await target.metric(series)) === 0;
        if (lacks) until = Math.min(latest, performance.now() + LOOK_AGAIN_MS);
      }
      took.sort((one, other) => one - other);
      const quantile = (q: number): number =>
        Math.round(took[Math.min(took.length - 1, Math.floor(took.length * q))] ?? 0);
      return { count: took.length, p50: quantile(0.5), p99: quantile(0.99), max: quantile(1), failed };
    },
    async log() {
      const lines = (await process.output()).split('\n').filter((line) => line.startsWith('{'));
      return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    },
    async stop() {
      for (const call of calls) call.close();
      await process.kill();
    },
  };
  for (let n = 0; n < count; n++) await target.addCall(`victim-${n}`);
  return target;
}

/** Prints figures of a test, which are there to be compared. */
export function figures(what: string, values: Readonly<Record<string, number | string>>): void {
  const text = Object.entries(values).map(([name, value]) => `${name} ${value}`);
  process.stdout.write(`${what}: ${text.join(', ')}\n`);
}
