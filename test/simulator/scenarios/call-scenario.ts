import type { CallOutcome } from '../call-outcome.ts';
import type { CallKind } from '../kinds/call-kind.ts';
import { type CallScript, SILENT_CALLER } from '../script/script.ts';
import type { SimulatedCall } from '../simulated-call.ts';
import { startCall } from '../start-call.ts';
import type { LoggedMessage } from '../wire/message-log.ts';
import type { CallRecord, Scenario, ScenarioOptions, ScenarioRecord } from './scenario.ts';

const DEFAULT_PATIENCE_MS = 30_000;

/** What makes one scenario with a call different from another. */
export interface CallScenario {
  readonly name: string;
  readonly summary: string;
  /** Default: somebody calls the application. */
  readonly kind?: CallKind;
  /** What caller and callee do, besides hanging up when they have had enough. */
  readonly script?: Partial<CallScript>;
  /** Verbs that the scenario is about, for a server that would not come up with them. */
  readonly verbs?: (options: ScenarioOptions) => readonly unknown[];
  /** How it is meant to end; default `completed`. */
  readonly ends?: CallOutcome['reason'];
  /** Settings that the scenario cannot do without. */
  readonly settings?: (options: ScenarioOptions) => Partial<ScenarioOptions>;
  /** What happens besides; what it waits for in vain is not its concern. */
  readonly act?: (call: SimulatedCall, options: ScenarioOptions) => Promise<void>;
}

/** Makes a scenario of its description. */
export function callScenario(scenario: CallScenario): Scenario {
  const { name, summary, ends = 'completed' } = scenario;
  return {
    name,
    summary,
    start: (options) => {
      const call = place(scenario, options);
      // An act that waits in vain has nothing to act on; what the call did says so.
      scenario.act?.(call, options).catch(() => undefined);
      return { call, done: follow(call).then((calls) => judge(name, ends, calls)) };
    },
  };
}

function place(scenario: CallScenario, options: ScenarioOptions): SimulatedCall {
  const { kind = { kind: 'inbound' }, verbs, settings } = scenario;
  const merged = { ...options, ...settings?.(options) };
  const { ownVerbs = false, patienceMs = DEFAULT_PATIENCE_MS, script, ...rest } = merged;
  const played = script ?? { ...SILENT_CALLER, ...scenario.script };
  const enough = { trigger: { kind: 'time', afterMs: patienceMs }, action: { kind: 'hangup' }, delayMs: 0 } as const;
  return startCall({
    ...rest,
    kind,
    script: { ...played, caller: [...played.caller, enough] },
    ...(ownVerbs && verbs && { application: verbs(options) }),
  });
}

/** Resolves when the call and all those it brought about are over; these hang up with it. */
async function follow(call: SimulatedCall): Promise<CallRecord[]> {
  const outcome = await call.ended;
  const offspring = [...call.offspring];
  for (const child of offspring) child.hangup();
  const others = await Promise.all(offspring.map(follow));
  return [recordOf(call, outcome), ...others.flat()];
}

function recordOf(call: SimulatedCall, outcome: CallOutcome): CallRecord {
  return {
    callSid: call.callSid,
    outcome,
    sockets: call.sockets,
    sent: call.sent.map(label),
    received: call.received.map(label),
    verbs: call.state.verbs.items.map(({ name }) => name),
    sideVerbs: call.state.sideVerbs.items.map(({ verb }) => verb.name),
    ignored: call.ignored,
  };
}

function label({ message, socket }: LoggedMessage): string {
  const what = message?.['command'] ?? message?.['type'] ?? 'garbage';
  return `${socket}:${String(what)}`;
}

function judge(scenario: string, ends: CallOutcome['reason'], calls: CallRecord[]): ScenarioRecord {
  const [call, ...others] = calls;
  const ok = call?.outcome.reason === ends && !calls.some(({ outcome }) => outcome.crashed);
  const well = others.every(({ outcome }) => outcome.reason === 'completed');
  const detail = call ? `${call.outcome.reason}: ${call.outcome.detail}` : 'no call';
  return { scenario, ok: ok && well, detail, calls, answer: undefined };
}
