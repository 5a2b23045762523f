/** Where a tracer gets its ids from, as OpenTelemetry has it. */
export interface IdGenerator {
  generateTraceId(): string;
  generateSpanId(): string;
}

/** Ids for a tracer, of which the next trace's can be chosen. */
export interface TraceIds extends IdGenerator {
  /** The trace that begins next, which has to be at once, has this id. */
  next(traceId: string): void;
}

/** @param random makes all other ids */
export function createTraceIds(random: IdGenerator): TraceIds {
  let chosen: string | undefined;
  return {
    next: (traceId) => {
      chosen = traceId;
    },
    generateTraceId: () => {
      const traceId = chosen ?? random.generateTraceId();
      chosen = undefined;
      return traceId;
    },
    generateSpanId: () => random.generateSpanId(),
  };
}
