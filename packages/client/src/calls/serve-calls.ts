import { pause, Wakers, whenAborted } from '@jambus/bus/waiting';
import { JambusError, type Verb } from '@jambus/schema';
import type { Call, ServeOptions } from './calls.ts';
import type { Claim, Claims } from './claims.ts';
import { CallEnded, CallHandedOver } from './errors.ts';
import { createRunningCall, type Send } from './running-call.ts';

export interface ServeParts {
  readonly claims: Claims;
  readonly send: Send;
  /** How long calls may take to finish once no more are taken, ms. */
  readonly drainMs: number;
  readonly onTrouble: (error: JambusError) => void;
}

/** Functions at work on calls. */
export interface Service {
  /** @throws JambusError when the broker refuses for good to share calls out */
  readonly ended: Promise<void>;
  /** Takes no more calls; those there are have their time to finish, and are handed over then. Idempotent. */
  end(): void;
}

/** `lost`: it goes on in another process. `failed`: jambonz could not be told what becomes of the call. */
type Outcome = 'done' | 'lost' | 'failed';

const DEFAULT_CONCURRENCY = 1_000;
const DEFAULT_ANSWER_WITHIN_MS = 3_500;
/** Before a call is tried again whose function could not tell jambonz that it is done, ms. */
const AGAIN_AFTER_MS = 1_000;

/** How long functions may take to notice that their calls are handed over, ms. */
const NOTICED_WITHIN_MS = 500;

/** Runs a function for each call that is claimed, as many at a time as there is room for. */
export function serveCalls(parts: ServeParts, options: ServeOptions, serve: (call: Call) => Promise<void>): Service {
  const { claims, drainMs } = parts;
  const { concurrency = DEFAULT_CONCURRENCY, signal } = options;
  const running = new Set<Claim>();
  const departures = new Wakers();
  const handedOver = new AbortController();
  const ending = new AbortController();

  const run = async (claim: Claim): Promise<void> => {
    running.add(claim);
    // Where a bus goes on handing calls over, one may come when the others have gone.
    if (handedOver.signal.aborted) claim.log.abandon();
    try {
      const outcome = await served(claim);
      if (outcome === 'failed') await pause(AGAIN_AFTER_MS, handedOver.signal);
      if (outcome === 'done') claim.done();
      else claim.giveBack();
    } finally {
      running.delete(claim);
      departures.wake();
    }
  };

  const served = async (claim: Claim): Promise<Outcome> => {
    const { answerWithinMs = DEFAULT_ANSWER_WITHIN_MS } = options;
    const call = createRunningCall({ claim, send: parts.send, answerWithinMs });
    try {
      await serve(call);
    } catch (error) {
      if (claim.log.ended.reason instanceof CallHandedOver) return 'lost';
      if (!(error instanceof CallEnded)) {
        tell(error, call);
        return await leave(call, [...(options.apology ?? []), { verb: 'hangup' }]);
      }
    }
    if (options.whenDone === 'leave') return 'done';
    return await leave(call, [{ verb: 'hangup' }]);
  };

  const leave = async (call: Call, verbs: readonly Verb[]): Promise<Outcome> => {
    try {
      if (!call.ended.aborted) await call.verbs(verbs);
      return call.ended.reason instanceof CallHandedOver ? 'lost' : 'done';
    } catch (error) {
      if (error instanceof CallEnded) return 'done';
      if (error instanceof CallHandedOver) return 'lost';
      parts.onTrouble(JambusError.from(error));
      return 'failed';
    }
  };

  const tell = (error: unknown, call: Call): void => {
    try {
      (options.onError ?? warn)(error, call);
    } catch (thrown) {
      warn(thrown, call);
    }
  };

  const take = async (): Promise<void> => {
    for (;;) {
      while (running.size >= concurrency && !handedOver.signal.aborted) await departures.wait();
      const claim = await claims.next();
      if (claim === undefined) return;
      void run(claim);
    }
  };

  const drain = async (): Promise<void> => {
    const late = pause(drainMs, handedOver.signal).then(() => handedOver.abort());
    while (running.size > 0 && !handedOver.signal.aborted) await departures.wait(handedOver.signal);
    handedOver.abort();
    await late;
    for (const { log } of running) log.abandon();
    // A function that waits for something else does not notice, and its call is handed over all the same.
    const noticed = AbortSignal.timeout(NOTICED_WITHIN_MS);
    while (running.size > 0 && !noticed.aborted) await departures.wait(noticed);
    await claims.close();
  };

  const end = (): void => {
    ending.abort();
    claims.end();
    departures.wake();
  };
  const work = async (): Promise<void> => {
    const taking = take();
    try {
      await Promise.race([taking, whenAborted(ending.signal)]);
    } finally {
      await drain();
    }
    await taking;
  };
  if (signal?.aborted) end();
  else signal?.addEventListener('abort', end);
  const ended = work().finally(() => signal?.removeEventListener('abort', end));
  return { ended, end };
}

function warn(error: unknown, { callSid }: Call): void {
  const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.emitWarning(`the function that serves call ${callSid} failed: ${why}`, { type: 'JambusWarning' });
}
