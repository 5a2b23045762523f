import type { CallSettings } from './options.ts';
import type { SimulatedCall } from './simulated-call.ts';
import type { Verb } from './verbs/application.ts';
import type { ChildLeg } from './verbs/host.ts';
import { parseAddress } from './wire/address.ts';
import type { CallFacts } from './wire/call-facts.ts';
import { hookPath } from './wire/hook-path.ts';
import { isJsonObject, type JsonObject } from './wire/json.ts';

/** The calls that one call has brought about: legs that have become calls of their own, and calls its command `dial` placed. */
export class CallFamily {
  readonly #place: (more: Partial<CallSettings>) => SimulatedCall;
  readonly #members: SimulatedCall[] = [];

  /** @param place makes a call with the settings of this one, but for those it is given. */
  constructor(place: (more: Partial<CallSettings>) => SimulatedCall) {
    this.#place = place;
  }

  get members(): readonly SimulatedCall[] {
    return this.#members;
  }

  /** A dialled leg becomes a call of its own, with a socket of its own. False when the server does not acknowledge it. */
  async adult(leg: ChildLeg, verbs: Verb[], parent: JsonObject, facts: CallFacts): Promise<boolean> {
    const call = this.#add({
      kind: { kind: 'adulting', verbs, parent },
      callSid: leg.callSid,
      parentCallSid: facts.callSid,
      from: facts.from,
      to: leg.to,
    });
    return call.settledDown;
  }

  /** Places what the body of a REST createCall describes; without a websocket to ask for verbs there is nothing to simulate. */
  dial(body: JsonObject): void {
    const url = hookPath(body['call_hook']);
    if (url === undefined || !/^wss?:/.test(url) || !URL.canParse(url)) return;
    const { from, to } = body;
    const target = isJsonObject(to) ? (to['number'] ?? to['sipUri'] ?? to['name']) : undefined;
    this.#add({
      kind: { kind: 'outbound' },
      address: parseAddress(url),
      callSid: undefined,
      ...(typeof from === 'string' && { from }),
      ...(typeof target === 'string' && { to: target }),
    });
  }

  async abort(): Promise<void> {
    await Promise.all(this.#members.map((call) => call.abort()));
  }

  #add(more: Partial<CallSettings>): SimulatedCall {
    const call = this.#place({ application: undefined, ...more });
    this.#members.push(call);
    return call;
  }
}
