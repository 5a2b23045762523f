import { JambusError } from '@jambus/schema';
import { type CallOptions, resolveOptions } from '../options.ts';
import { SimulatedCall } from '../simulated-call.ts';
import { Tally } from '../tally.ts';
import { type LoadReport, OutcomeCount } from './load-report.ts';
import { OrderCheck, type OrderFaults, type OrderNumber, orderNumberOf } from './order-check.ts';

/** How often calls are begun, ms: often enough to be even, seldom enough to cost nothing. */
const PACE_MS = 5;

/** Many calls of one kind. */
export interface LoadOptions extends Omit<CallOptions, 'callSid' | 'onCommand'> {
  /** How many calls in all. */
  readonly calls: number;
  /** How many are begun per second; Infinity for all at once. */
  readonly rate: number;
  /** Where the running number of a command is; default {@link orderNumberOf}. */
  readonly orderOf?: OrderNumber;
  /** Told of every call as it is placed. Must not throw. */
  readonly onCall?: (call: SimulatedCall, index: number) => void;
  /** When it aborts, no call is begun any more and those that are up hang up. */
  readonly signal?: AbortSignal;
}

/** A running load. */
export interface Load {
  /** The calls that are up. */
  readonly calls: ReadonlySet<SimulatedCall>;
  /** Resolves when all calls are over. */
  readonly done: Promise<LoadReport>;
  /** How it stands now. */
  report(): LoadReport;
}

/**
 * Begins calls at a steady rate. All of them count into one set of counters and, unless `logLimit` says so, keep no log.
 *
 * @throws JambusError `bad_config` for a URL, number or rate that cannot be used.
 */
export function startCalls(options: LoadOptions): Load {
  const { calls: wanted, rate, signal, orderOf = orderNumberOf, onCall } = options;
  if (!Number.isInteger(wanted) || wanted < 0) throw new JambusError('bad_config', 'calls must be a whole number');
  if (!(rate > 0)) throw new JambusError('bad_config', 'rate must be more than 0 calls per second');
  const settings = resolveOptions({ logLimit: 0, ...options });
  const counters = new Tally();
  const outcomes = new OutcomeCount();
  const order: OrderFaults = { outOfOrder: 0, repeated: 0, missing: 0 };
  const active = new Set<SimulatedCall>();
  const startedAt = performance.now();
  let placed = 0;

  const report = (): LoadReport => ({
    wanted,
    placed,
    active: active.size,
    ...outcomes.byReason,
    crashed: outcomes.crashed,
    setup: outcomes.setupSpread(),
    counters: { ...counters },
    order: { ...order },
    reasons: new Map(outcomes.reasons),
    durationMs: performance.now() - startedAt,
  });

  const done = new Promise<LoadReport>((resolve) => {
    let placing = true;

    const settleIfDone = () => {
      if (placing || active.size > 0) return;
      signal?.removeEventListener('abort', stop);
      resolve(report());
    };
    const place = () => {
      const check = new OrderCheck(order);
      const onCommand: NonNullable<CallOptions['onCommand']> = (command) => {
        const number = orderOf(command);
        if (number !== undefined) check.see(number);
      };
      const call = new SimulatedCall({ ...settings, onCommand }, counters);
      active.add(call);
      void call.ended.then((outcome) => {
        active.delete(call);
        outcomes.add(outcome);
        settleIfDone();
      });
      onCall?.(call, placed);
      placed += 1;
    };
    const pace = setInterval(() => placeDue(), PACE_MS);
    const endPlacing = () => {
      placing = false;
      clearInterval(pace);
      settleIfDone();
    };
    const placeDue = () => {
      const due = Math.min(
        wanted,
        rate === Number.POSITIVE_INFINITY ? wanted : 1 + Math.floor(((performance.now() - startedAt) * rate) / 1000),
      );
      while (placed < due) place();
      if (placed >= wanted) endPlacing();
    };
    const stop = () => {
      endPlacing();
      for (const call of active) call.hangup();
    };

    if (signal?.aborted) stop();
    else {
      signal?.addEventListener('abort', stop);
      placeDue();
    }
  });

  return { calls: active, done, report };
}
