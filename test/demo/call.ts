import { randomUUID } from 'node:crypto';
import { type CallScript, SILENT_CALLER, type SimulatedCall, startCall } from '../simulator/index.ts';
import { createChecklist } from './checklist.ts';
import { createDescriber, sentence } from './describe.ts';
import { checkEvents } from './events-report.ts';
import { Failure } from './failure.ts';
import { connectHttpBus } from './http-bus.ts';
import { startIvr } from './ivr.ts';
import type { JambusProcess } from './jambus-process.ts';
import { type OnSighting, type Sighting, watchBus } from './sighting.ts';
import type { Story } from './stories/index.ts';
import { createTimeline } from './timeline.ts';
import type { DemoTrace } from './trace.ts';
import { within } from './within.ts';

/** How many times faster than in reality caller and verbs go. */
const SPEED = 2;
/** How long may go by until the next thing that has to happen, and until the call is cleared away. */
const DEADLINE_MS = 10_000;

/**
 * Has the IVR on the bus serve one call, and prints all that is said.
 *
 * @param story which call
 * @param trace what is done about traces
 * @param callerHangsUpAfterMs real ms after the call was set up; undefined: the caller stays
 * @param trouble gives up when this rejects
 * @returns the summary
 * @throws Failure for the first thing that did not happen as it should
 */
export async function haveCall(
  story: Story,
  jambus: JambusProcess,
  trace: DemoTrace,
  callerHangsUpAfterMs: number | undefined,
  trouble: Promise<never>,
): Promise<string> {
  const callSid = randomUUID();
  const steps = story.steps(callSid);
  const describe = createDescriber();
  const checklist = createChecklist(steps, DEADLINE_MS, (sighting) => sentence(describe(sighting)));
  const timeline = createTimeline((text) => void process.stdout.write(text));
  const see: OnSighting = (sighting) => {
    const mark = checklist.see(sighting);
    timeline.add(describe(sighting), mark);
  };

  const leave = new AbortController();
  let call: SimulatedCall | undefined;
  try {
    const bus = trace.watch(watchBus(connectHttpBus(jambus.doorUrl, leave.signal), see));
    const ivr = await within(Promise.race([startIvr(bus, story.replyTo), trouble]), DEADLINE_MS);
    if (ivr === undefined) throw new Failure(`the IVR could not subscribe within ${DEADLINE_MS / 1000} s`);
    call = startCall({
      url: jambus.websocketUrl,
      callSid,
      speed: SPEED,
      tracing: trace.enabled,
      ...story.call,
      script: scriptOf(story, callerHangsUpAfterMs),
      onMessage({ direction, message }) {
        if (message !== undefined) see({ kind: direction === 'sent' ? 'said' : 'told', message });
      },
    });
    const ivrFailed = ivr.ended.then(
      () => Promise.reject(new Failure('the IVR has left the bus')),
      (error: unknown) => Promise.reject(new Failure(`the IVR failed: ${error}`)),
    );
    const verdict = await Promise.race([checklist.verdict, ivrFailed, trouble]);
    if (!verdict.ok) {
      throw new Failure(`step ${verdict.step} of ${steps.length}, ${steps[verdict.step - 1]?.title}: ${verdict.why}`);
    }
    const events = await afterwards(call, checklist.seen);
    return [
      `${steps.length} of ${steps.length} steps in order`,
      `${events} events numbered without a gap, ${timeline.hiddenEvents} minor ones not shown`,
      `${(timeline.elapsedMs / 1000).toFixed(1)} s`,
    ].join('; ');
  } finally {
    checklist.close();
    leave.abort();
    await call?.abort();
  }
}

/** How many events the call had. @throws Failure when it did not end well, or they are not what jambonz said */
async function afterwards(call: SimulatedCall, seen: readonly Sighting[]): Promise<number> {
  const outcome = await within(call.ended, DEADLINE_MS);
  if (outcome?.reason !== 'completed') {
    throw new Failure(`the call did not end: ${outcome === undefined ? 'it is still there' : outcome.detail}`);
  }
  const [ignored] = call.ignored;
  if (ignored !== undefined) throw new Failure(`jambonz could not use what it was told: ${ignored}`);
  const { count, fault } = checkEvents(seen);
  if (fault !== undefined) throw new Failure(fault);
  return count;
}

/** What the caller does. */
function scriptOf({ call: { script = SILENT_CALLER } }: Story, hangsUpAfterMs: number | undefined): CallScript {
  if (hangsUpAfterMs === undefined) return script;
  const trigger = { kind: 'time', afterMs: hangsUpAfterMs * SPEED } as const;
  return { ...script, caller: [...script.caller, { trigger, action: { kind: 'hangup' }, delayMs: undefined }] };
}
