import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Failure } from './failure.ts';
import { within } from './within.ts';

/** A standalone jambus in a process of its own. */
export interface JambusProcess {
  /** Where jambonz connects. */
  readonly websocketUrl: string;
  /** Where the HTTP door of the memory bus is. */
  readonly doorUrl: string;
  /** Rejects with a Failure when it ends without being told to. */
  readonly died: Promise<never>;
  /** Tells it to stop, and waits for that. @throws Failure when it does not, or not with exit code 0 */
  stop(): Promise<void>;
}

interface Ports {
  readonly websocket: number;
  readonly admin: number;
}

const START_MS = 15_000;
const STOP_MS = 10_000;
const READY_POLL_MS = 20;
const KEPT_LINES = 20;

/**
 * Starts it on free ports. Resolves when it is ready for calls.
 *
 * @param interrupted gives up when this rejects
 * @param telemetry variables for OpenTelemetry
 * @throws Failure when it does not get there
 */
export async function startJambus(
  interrupted: Promise<never>,
  telemetry: Readonly<Record<string, string>>,
): Promise<JambusProcess> {
  const main = fileURLToPath(new URL('main.js', import.meta.resolve('@jambus/standalone')));
  const child = spawn(process.execPath, [main], {
    env: { ...environment(), ...telemetry },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log: string[] = [];
  const fail = (message: string) => new Failure(message, log);

  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  let stopping = false;
  const died = exited.then((how) => {
    if (stopping) return new Promise<never>(() => {});
    throw fail(`jambus has ended by itself: ${how}`);
  });
  died.catch(() => {}); // It counts only while somebody waits for it, and when it is stopped.
  // Nothing stays behind, should this process be the first to go.
  const abandon = () => void child.kill('SIGKILL');
  process.once('exit', abandon);

  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) await died;
    stopping = true;
    child.kill('SIGTERM');
    const how = await within(exited, STOP_MS);
    if (how === undefined) child.kill('SIGKILL');
    process.off('exit', abandon);
    if (how !== 'exit code 0') throw fail(`jambus did not stop cleanly: ${how ?? `still there after ${STOP_MS} ms`}`);
  };

  const givenUp = new AbortController();
  try {
    const listening = portsOf(child.stdout, child.stderr, (line) => {
      log.push(line);
      if (log.length > KEPT_LINES) log.shift();
    });
    const ready = listening.then((ports) => readiness(ports, givenUp.signal));
    const ports = await within(Promise.race([ready, died, interrupted]), START_MS);
    if (ports === undefined) throw fail(`jambus is not ready after ${START_MS} ms`);
    return { websocketUrl: `ws://127.0.0.1:${ports.websocket}/ivr`, doorUrl: doorUrl(ports), died, stop };
  } catch (error) {
    givenUp.abort();
    await stop().catch(() => {}); // What kept it from starting says more.
    throw error;
  }
}

/** That of this process, but for settings of jambus: they are meant for another one. */
function environment(): NodeJS.ProcessEnv {
  const others = Object.entries(process.env).filter(([name]) => !name.startsWith('JAMBUS_'));
  return {
    ...Object.fromEntries(others),
    JAMBUS_WEBSOCKET_PORT: '0',
    JAMBUS_LINK_PORT: '0',
    JAMBUS_ADMIN_PORT: '0',
    JAMBUS_DRAIN_MS: '1000',
  };
}

/** Reads what the process writes, for as long as it does. Resolves with the ports once both were in the log. */
function portsOf(stdout: Readable, stderr: Readable, onLine: (line: string) => void): Promise<Ports> {
  return new Promise((resolve) => {
    let websocket: number | undefined;
    let admin: number | undefined;
    createInterface({ input: stderr }).on('line', onLine);
    createInterface({ input: stdout }).on('line', (line) => {
      onLine(line);
      if (line.includes('"gateway listens"')) websocket = numberIn(line, 'websocket');
      if (line.includes('"adapter listens"')) admin = numberIn(line, 'admin');
      if (websocket !== undefined && admin !== undefined) resolve({ websocket, admin });
    });
  });
}

function numberIn(line: string, field: string): number {
  return Number((JSON.parse(line) as Readonly<Record<string, unknown>>)[field]);
}

function doorUrl({ admin }: Ports): string {
  return `http://127.0.0.1:${admin}`;
}

/** Resolves when gateway, adapter and bus are connected. */
async function readiness(ports: Ports, signal: AbortSignal): Promise<Ports> {
  const isReady = () =>
    fetch(`${doorUrl(ports)}/readyz`, { signal }).then(
      ({ ok }) => ok,
      () => false, // If it is gone for good, that is noticed elsewhere.
    );
  while (!(await isReady())) await delay(READY_POLL_MS, undefined, { signal });
  return ports;
}
