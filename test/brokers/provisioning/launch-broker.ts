import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { type GuardedProcess, type GuardedProcessOptions, startGuarded } from './guarded-process.ts';

export interface LaunchOptions extends GuardedProcessOptions {
  /** For people, with its version. */
  readonly what: string;
  /** Whether it is this broker that answers, and not another one which was quicker to take the port. */
  readonly answers: () => Promise<boolean>;
  readonly startMs: number;
}

const POLL_MS = 10;
const KEPT_LINES = 5;
/** What Java adds to an exception; the lines before say what went wrong. */
const STACK_FRAME = /^\s+(at |\.\.\. \d+ more)/;
/** Of Kafka and of NATS. A broker that gives up goes on to tell how it stops, often after the reason. */
const INFORMATION = /^\[[^\]]+\] (INFO|DEBUG) |^\[\d+\] \S+ \S+ \[(INF|DBG|TRC)\]/;

/**
 * Starts the process of a broker. Resolves when it answers.
 *
 * @throws Error with the end of its log when it ends instead, or stays silent for `startMs`
 */
export async function launchBroker(options: LaunchOptions): Promise<GuardedProcess> {
  const { what, answers, startMs, logFile } = options;
  await writeFile(logFile, '');
  const broker = await startGuarded(options);
  const deadline = Date.now() + startMs;
  while (!(await answers())) {
    if (broker.ending === undefined && Date.now() < deadline) {
      await delay(POLL_MS);
      continue;
    }
    const how = broker.ending ?? `no answer after ${startMs / 1000} s`;
    await broker.kill();
    const log = await readFile(logFile, 'utf8');
    throw new Error(`${what} does not start: ${how}\n${lastLines(log)}`);
  }
  return broker;
}

/** Exported for its test. */
export function lastLines(log: string): string {
  const lines = log
    .trimEnd()
    .split('\n')
    .filter((line) => !STACK_FRAME.test(line));
  let isTrouble = true;
  const trouble = lines.filter((line) => {
    if (line.startsWith('[')) isTrouble = !INFORMATION.test(line);
    return isTrouble; // A line that goes on from the one before is of its kind.
  });
  return (trouble.length > 0 ? trouble : lines).slice(-KEPT_LINES).join('\n');
}
