import type { Party } from '../script/script.ts';
import { isJsonObject, type JsonObject } from '../wire/json.ts';
import { parseApplication } from './application.ts';
import type { ChildLeg, VerbHost } from './host.ts';
import type { VerbRun } from './verb-run.ts';
import { playWhile } from './wait-hook.ts';

/** How long the detector of answering machines listens, simulated ms. */
const AMD_MS = 1000;

/** The two parties of a dial while they talk. */
export interface Parties {
  /** The dialled leg is a call of its own now. */
  childLeft(): boolean;
  end(): void;
}

/** Follows what the parties do while they are connected: hold and take back, transfer, and whether a machine answered. */
export function followParties(run: VerbRun, host: VerbHost, leg: ChildLeg): Parties {
  const { onHoldHook, referHook, amd } = run.verb.data;
  let left = false;
  let over = false;
  let onHold = false;

  const hold = (by: Party) => {
    if (onHoldHook === undefined) return false;
    if (onHold) return true;
    onHold = true;
    const info = () => ({ ...host.info(), hold_detail: holdDetail(by, host, leg) });
    const heard = by === 'caller' ? leg : undefined;
    void playWhile(() => onHold && !over && !run.killed, run, host, { hook: onHoldHook, info, leg: heard });
    return true;
  };

  run.onSignal((signal) => {
    switch (signal.kind) {
      case 'hold':
        return hold(signal.by);
      case 'unhold':
        onHold = false;
        return onHoldHook !== undefined;
      case 'refer':
        if (referHook === undefined) return false;
        void transfer(run, host, leg, { hook: referHook, by: signal.by, to: signal.to });
        return true;
      case 'child left':
        left = true;
        return true;
      default:
        return false;
    }
  });
  if (isJsonObject(amd)) void detectMachine(run, host, amd);
  return {
    childLeft: () => left,
    end: () => {
      over = true;
      onHold = false;
    },
  };
}

function holdDetail(by: Party, host: VerbHost, leg: ChildLeg): JsonObject {
  const caller = `<sip:${String(host.info()['from'])}@127.0.0.1>`;
  const callee = `<sip:${leg.to}@127.0.0.1>`;
  return by === 'caller' ? { from: caller, to: callee } : { from: callee, to: caller };
}

async function detectMachine(run: VerbRun, host: VerbHost, amd: JsonObject): Promise<void> {
  await run.sleep(AMD_MS);
  if (run.killed) return;
  await host.hook(amd['actionHook'], { type: 'amd_human_detected', reason: 'short greeting', greeting: 'hello' }, true);
}

interface Transfer {
  readonly hook: unknown;
  readonly by: Party;
  readonly to: string;
}

/** Asks what a party's wish to be connected to somebody else means; verbs in the ack are for the other party. */
async function transfer(run: VerbRun, host: VerbHost, leg: ChildLeg, { hook, by, to }: Transfer): Promise<void> {
  const { call_sid: parentSid } = host.info();
  const byCallee = by === 'callee';
  const details = {
    sip_refer_to: `<sip:${to}@127.0.0.1>`,
    refer_to_user: to,
    referring_call_sid: byCallee ? leg.callSid : parentSid,
    referred_call_sid: byCallee ? parentSid : leg.callSid,
  };
  const info = byCallee ? host.childInfo(leg) : host.info();
  const answer = await host.ask('verb:hook', hook, { ...info, refer_details: details });
  if (run.killed || !answer.ok || !Array.isArray(answer.data)) return;
  const application = parseApplication(answer.data);
  if (!application.ok) return host.ignored(`ack to the referHook: ${application.fault}`);
  if (application.verbs.length === 0) return;
  if (byCallee) host.replace(application.verbs);
  else await host.adult(leg, application.verbs);
}
