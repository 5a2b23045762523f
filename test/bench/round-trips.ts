export interface RoundTripsOptions {
  readonly calls: readonly string[];
  readonly count: number;
  /** Commands that may be on their way at a time. */
  readonly underWay: number;
  /** Publishes a command. */
  readonly publish: (callSid: string, payload: Buffer) => void;
}

export interface RoundTripsReport {
  readonly count: number;
  readonly elapsedMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** A round trip: a command from the bus to its websocket, and the `verb:status` that answers it back on the bus. */
export interface RoundTrips {
  /** Takes a `verb:status` from the bus; others than of this run are passed over. */
  onStatus(payload: Uint8Array): void;
  readonly done: Promise<RoundTripsReport>;
}

/** Publishes the first commands at once, and from then on one for each that came back. */
export function startRoundTrips({ calls, count, underWay, publish }: RoundTripsOptions): RoundTrips {
  const publishedAt = new Map<string, number>();
  const latencies = new Float64Array(count);
  let published = 0;
  let back = 0;
  let finish: (report: RoundTripsReport) => void = () => {};
  const done = new Promise<RoundTripsReport>((resolve) => {
    finish = resolve;
  });

  const publishNext = (): void => {
    if (published === count) return;
    const id = `v${published}`;
    const callSid = calls[published % calls.length] as string;
    published++;
    publishedAt.set(id, performance.now());
    publish(
      callSid,
      Buffer.from(
        `{"type":"command","command":"redirect","data":[{"verb":"say","id":"${id}","text":"hello from the bench"}]}`,
      ),
    );
  };
  const startedAt = performance.now();
  for (let i = 0; i < underWay; i++) publishNext();

  return {
    done,
    onStatus(payload) {
      const { id } = (JSON.parse(Buffer.from(payload).toString()) as { data: { id: string } }).data;
      const at = publishedAt.get(id);
      if (at === undefined) return;
      publishedAt.delete(id);
      latencies[back] = performance.now() - at;
      back++;
      if (back < count) {
        publishNext();
        return;
      }
      latencies.sort();
      const quantile = (q: number): number => latencies[Math.min(count - 1, Math.floor(count * q))] as number;
      finish({ count, elapsedMs: performance.now() - startedAt, p50Ms: quantile(0.5), p99Ms: quantile(0.99) });
    },
  };
}
