import type { BusTrouble } from '@jambus/bus';
import type { Logger } from '@jambus/telemetry';

/** Says what is wrong with the bus: one kind of trouble at most once in a while, and when there is none any more. */
export interface TroubleLog {
  tell(trouble: BusTrouble): void;
  close(): void;
}

/** Trouble of one kind is told again after this time, with how often it came, ms. */
const AGAIN_MS = 10_000;
/** Without trouble for so long, and with a bus that says it is well, it is over, ms. */
const OVER_MS = 5_000;
const LOOK_MS = 1_000;

/** Trouble of the broker, which passes. The others are defects, or settings. */
const PASSING: ReadonlySet<BusTrouble['kind']> = new Set([
  'broker_failed',
  'publish_failed',
  'dead_letter_failed',
  'unusable_setting',
  'commands_full',
]);

interface Told {
  at: number;
  /** How often it came since, untold. */
  untold: number;
}

export interface TroubleLogOptions {
  readonly logger: Logger;
  /** What the bus says of itself. */
  readonly healthy: () => boolean;
  /** Instead of the times above, for tests. */
  readonly times?: { readonly againMs: number; readonly overMs: number; readonly lookMs: number };
}

export function createTroubleLog({ logger, healthy, times }: TroubleLogOptions): TroubleLog {
  const { againMs, overMs, lookMs } = times ?? { againMs: AGAIN_MS, overMs: OVER_MS, lookMs: LOOK_MS };
  const told = new Map<string, Told>();
  /** When the trouble that has not passed began, and came last; on the clock of `performance.now()`. */
  let passing: { readonly since: number; last: number } | undefined;

  const look = setInterval(() => {
    if (passing === undefined || performance.now() - passing.last < overMs || !healthy()) return;
    logger.info({ forMs: Math.round(passing.last - passing.since) }, 'the bus is well again');
    passing = undefined;
    told.clear();
  }, lookMs);
  look.unref();

  return {
    tell(trouble) {
      const now = performance.now();
      if (PASSING.has(trouble.kind)) {
        passing ??= { since: now, last: now };
        passing.last = now;
      }
      if (trouble.kind === 'mended_setting') {
        logger.info({ detail: trouble.detail }, 'a setting of the bus is well again');
        return;
      }
      const key = keyOf(trouble);
      const before = told.get(key);
      if (before !== undefined && now - before.at < againMs) {
        before.untold++;
        return;
      }
      const again = before === undefined || before.untold === 0 ? {} : { timesSince: before.untold };
      told.set(key, { at: now, untold: 0 });
      logger.warn({ ...fieldsOf(trouble), ...again }, 'bus trouble');
    },
    close: () => clearInterval(look),
  };
}

/** Not by the text, which names calls and numbers: in an outage there are as many of these as messages. */
function keyOf(trouble: BusTrouble): string {
  if ('detail' in trouble) return trouble.detail;
  return 'error' in trouble ? `${trouble.kind} ${trouble.error.code}` : trouble.kind;
}

/** A stack says nothing about a broker that is away; it does about a defect (`internal`). */
function fieldsOf(trouble: BusTrouble): Readonly<Record<string, unknown>> {
  if (!('error' in trouble)) return trouble;
  const { error, ...rest } = trouble;
  const { code, message } = error;
  return PASSING.has(trouble.kind) && code !== 'internal'
    ? { ...rest, code, reason: message }
    : { ...rest, err: error };
}
