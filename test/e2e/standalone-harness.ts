import type { BusMessage } from '@jambus/bus';
import { type CommandResult, loadConfig, StandaloneConfig } from '@jambus/schema';
import { createStandalone, type Standalone } from '@jambus/standalone';
import { createLogger, createMetrics, NO_TRACING } from '@jambus/telemetry';
import { type CallOptions, type SimulatedCall, startCall } from '../simulator/index.ts';

/** The answer of `POST /v1/commands/:callSid`. */
export interface Posted {
  readonly status: number;
  readonly result: CommandResult;
}

/** A standalone jambus on free ports, and hands to use it with. */
export interface StandaloneHarness {
  readonly standalone: Standalone;
  readonly websocketUrl: string;
  readonly doorUrl: string;
  /** Lines of the log so far, from `info` on. */
  readonly log: readonly LogLine[];
  /** Sends a command by HTTP. A string or Buffer goes as it is. */
  post(callSid: string, body: unknown, headers?: Record<string, string>): Promise<Posted>;
  /** Places a simulated call, fast, and without an application until somebody sends one. */
  call(options?: Partial<CallOptions>): SimulatedCall;
  /** Places a call and gives it its first application. */
  liveCall(options?: Partial<CallOptions>): Promise<SimulatedCall>;
  /** The first message of a call on a channel that matches, past or future. */
  find(channel: BusMessage['channel'], callSid: string, match: (message: SeenMessage) => boolean): Promise<SeenMessage>;
  /** Everything a call has on a channel, until one matches, which comes last. */
  until(
    channel: BusMessage['channel'],
    callSid: string,
    match: (message: SeenMessage) => boolean,
  ): Promise<SeenMessage[]>;
  /** The value of a metric by name and labels as Prometheus writes them. */
  metric(series: string): Promise<number>;
  stop(): Promise<void>;
}

export interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

export interface SeenMessage {
  readonly attributes: Readonly<Record<string, string>>;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came
  readonly json: any;
}

export const GREETING = [{ verb: 'say', id: 'greeting', text: 'welcome' }];

export function redirect(verbs: readonly object[], more: object = {}): object {
  return { type: 'command', command: 'redirect', data: verbs, ...more };
}

/** How long `find` and `until` wait, ms: for tests that would otherwise hang. */
const PATIENCE_MS = 30_000;

/** Simulated callers speak and pause this many times faster. */
const SPEED = 20;

/** @param settings further `JAMBUS_*` variables */
export async function startStandalone(settings: Record<string, string> = {}): Promise<StandaloneHarness> {
  const config = loadConfig(StandaloneConfig, {
    JAMBUS_WEBSOCKET_PORT: '0',
    JAMBUS_LINK_PORT: '0',
    JAMBUS_ADMIN_PORT: '0',
    JAMBUS_DRAIN_MS: '1000',
    JAMBUS_UNKNOWN_CALL_GRACE_MS: '100',
    ...settings,
  });
  const log: LogLine[] = [];
  const logger = createLogger({
    service: 'standalone',
    level: 'info',
    destination: { write: (line) => log.push(JSON.parse(line)) },
  });
  const metrics = createMetrics({ service: 'standalone' });
  const standalone = await createStandalone(config, { logger, metrics, tracing: NO_TRACING });
  const stop = new AbortController();
  const running = standalone.run(stop.signal);
  const calls: SimulatedCall[] = [];
  const doorUrl = `http://127.0.0.1:${standalone.ports.admin}`;
  const websocketUrl = `ws://127.0.0.1:${standalone.ports.websocket}/ivr`;

  const harness: StandaloneHarness = {
    standalone,
    websocketUrl,
    doorUrl,
    log,
    async post(callSid, body, headers = {}) {
      const response = await fetch(`${doorUrl}/v1/commands/${encodeURIComponent(callSid)}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
      });
      return { status: response.status, result: (await response.json()) as CommandResult };
    },
    call(options = {}) {
      const call = startCall({ url: websocketUrl, speed: SPEED, compression: false, ...options });
      calls.push(call);
      return call;
    },
    async liveCall(options = {}) {
      const call = harness.call(options);
      await harness.find('events', call.callSid, ({ json }) => json.type === 'session:new');
      await harness.post(call.callSid, redirect(GREETING));
      await harness.find('events', call.callSid, ({ json }) => json.type === 'verb:status');
      return call;
    },
    async find(channel, callSid, match) {
      return (await harness.until(channel, callSid, match)).at(-1) as SeenMessage;
    },
    async until(channel, callSid, match) {
      const seen: SeenMessage[] = [];
      const signal = AbortSignal.timeout(PATIENCE_MS);
      for await (const item of standalone.broker.read(channel, { after: -1, callSid, signal })) {
        if (item.kind === 'gap') continue;
        const text = Buffer.from(item.message.payload).toString();
        const message = { attributes: item.message.attributes, text, json: parse(text) };
        seen.push(message);
        if (match(message)) return seen;
      }
      throw new Error(`nothing that matches on ${channel} of ${callSid}: ${seen.map(({ text }) => text).join('\n')}`);
    },
    async metric(series) {
      const text = await (await fetch(`${doorUrl}/metrics`)).text();
      const line = text.split('\n').find((each) => each.startsWith(`${series} `) || each.startsWith(`${series}{`));
      return line === undefined ? 0 : Number(line.slice(line.lastIndexOf(' ')));
    },
    async stop() {
      for (const call of calls) call.hangup();
      await Promise.race([Promise.all(calls.map(({ ended }) => ended)), new Promise((done) => setTimeout(done, 500))]);
      stop.abort();
      await running;
      await metrics.shutdown();
    },
  };
  return harness;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
