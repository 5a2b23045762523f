import { quantileOf } from './statistics.ts';

/** So many commands on their way at a time, or so many published a second whatever is on its way. */
export type Pace = { readonly underWay: number } | { readonly perSecond: number };

/** When no more are published. */
export type Until = { readonly count: number } | { readonly afterMs: number };

export interface TripsOptions {
  /** Take turns. */
  readonly calls: readonly string[];
  readonly pace: Pace;
  readonly until: Until;
  /** The payload of a command that comes back with this id, in whatever way. */
  readonly command: (id: string) => string;
  /** Publishes a command. */
  readonly publish: (callSid: string, payload: Buffer) => void;
}

export interface TripsReport {
  readonly count: number;
  readonly elapsedMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
}

/** Commands that come back, one way or the other. */
export interface Trips {
  /** Says that a command is back; ids of others than these are passed over. */
  back(id: string): void;
  /** Rejects when those that are on their way stay away for 30 s. */
  readonly done: Promise<TripsReport>;
}

const MISSED_AFTER_MS = 30_000;
const LOOK_MS = 1_000;
const TICK_MS = 1;
let runs = 0;

/** Publishes the first commands at once. Ids are unlike those of all other trips of this process. */
export function startTrips({ calls, pace, until, command, publish }: TripsOptions): Trips {
  const run = `v${++runs}-`;
  const publishedAt = new Map<string, number>();
  const latencies: number[] = [];
  const startedAt = performance.now();
  const { promise: done, resolve, reject } = withResolvers<TripsReport>();
  let published = 0;
  let lastBackAt = startedAt;

  const isOver = (): boolean =>
    'count' in until ? published >= until.count : performance.now() - startedAt >= until.afterMs;
  const publishNext = (): void => {
    const id = `${run}${published}`;
    const callSid = calls[published % calls.length] as string;
    published++;
    publishedAt.set(id, performance.now());
    publish(callSid, Buffer.from(command(id)));
  };
  const finish = (): void => {
    stop();
    const sorted = Float64Array.from(latencies).sort();
    const elapsedMs = performance.now() - startedAt;
    const [p50Ms, p99Ms, p999Ms] = [0.5, 0.99, 0.999].map((q) => quantileOf(sorted, q)) as [number, number, number];
    resolve({ count: latencies.length, elapsedMs, p50Ms, p99Ms, p999Ms });
  };

  const publishOnTime = (perSecond: number): void => {
    if (isOver()) clearInterval(clock);
    const due = Math.floor(((performance.now() - startedAt) / 1_000) * perSecond);
    while (published < due && !isOver()) publishNext();
    if (isOver() && publishedAt.size === 0) finish();
  };
  const clock = setInterval(() => 'perSecond' in pace && publishOnTime(pace.perSecond), TICK_MS);
  const watch = setInterval(() => {
    if (performance.now() - lastBackAt < MISSED_AFTER_MS) return;
    stop();
    reject(
      new Error(`${publishedAt.size} of ${published} commands have not come back for ${MISSED_AFTER_MS / 1_000} s`),
    );
  }, LOOK_MS);
  const stop = (): void => {
    clearInterval(clock);
    clearInterval(watch);
  };

  if ('underWay' in pace) {
    clearInterval(clock);
    for (let i = 0; i < pace.underWay && !isOver(); i++) publishNext();
  }
  return {
    done,
    back(id) {
      const at = publishedAt.get(id);
      if (at === undefined) return;
      publishedAt.delete(id);
      lastBackAt = performance.now();
      latencies.push(lastBackAt - at);
      if (!isOver()) {
        if ('underWay' in pace) publishNext();
      } else if (publishedAt.size === 0) finish();
    },
  };
}

function withResolvers<Value>() {
  let resolve: (value: Value) => void = () => {};
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<Value>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
