import {
  type CallOptions,
  parseScript,
  type ScenarioOptions,
  type SimulatedCall,
  startScenario,
} from '../../simulator/index.ts';
import type { Posted, SeenMessage, StandaloneHarness } from '../standalone-harness.ts';

const SPEED = 20;

// A call goes on connecting when jambus is gone, and would keep the test process alive.
const calls: SimulatedCall[] = [];
afterAll(() => Promise.all(calls.splice(0).map((call) => call.abort())));

type Match = (json: SeenMessage['json']) => boolean;

/** Plays one of the simulator's scenarios against jambus. */
export function play(jambus: StandaloneHarness, name: string, options: Partial<ScenarioOptions> = {}) {
  const running = startScenario(name, { url: jambus.websocketUrl, speed: SPEED, compression: false, ...options });
  if (running.call === undefined) throw new Error(`the scenario ${name} has no call`);
  calls.push(running.call);
  return { call: running.call, done: running.done };
}

/** A call that is given these verbs by the bus as its initial application. */
export async function begin(
  jambus: StandaloneHarness,
  verbs: readonly object[],
  { script, ...options }: Partial<Omit<CallOptions, 'script'>> & { readonly script?: object } = {},
): Promise<SimulatedCall> {
  const call = jambus.call({ ...options, ...(script && { script: parseScript(script) }) });
  calls.push(call);
  await answer(jambus, call.callSid, ({ type }) => type === 'session:new', verbs);
  return call;
}

/** What a service does: answers the first message that matches. */
export async function answer(
  jambus: StandaloneHarness,
  callSid: string,
  match: Match,
  data: readonly object[] | undefined,
): Promise<Posted> {
  const { json } = await jambus.find('events', callSid, (message) => match(message.json));
  return jambus.post(callSid, { type: 'ack', msgid: json.msgid, ...(data && { data }) });
}

export const hook =
  (path: string): Match =>
  ({ type, hook: name }) =>
    type === 'verb:hook' && name === path;

/** Types of the events of a call up to the one that matches. */
export async function typesUntil(jambus: StandaloneHarness, callSid: string, match: Match): Promise<string[]> {
  const seen = await jambus.until('events', callSid, ({ json }) => match(json));
  const numbers = seen.map(({ attributes }) => Number(attributes['sequence']));
  expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  return seen.map(({ json }) => json.type);
}

export const completed: Match = ({ type, data }) => type === 'call:status' && data.call_status === 'completed';

/** Types and commands that have reached the call. */
export function told(call: SimulatedCall): string[] {
  return call.received.map(({ message }) => String(message?.['command'] ?? message?.['type']));
}

/** The answers that have reached the call to the messages of a type, as their verbs. */
export function answersTo(call: SimulatedCall, type: string): unknown[] {
  const asked = call.sent.flatMap(({ message }) => (message?.['type'] === type ? [message['msgid']] : []));
  return call.received.flatMap(({ message }) =>
    message?.['type'] === 'ack' && asked.includes(message['msgid']) ? [message['data']] : [],
  );
}

/** The ids of the verbs that the call has executed. */
export const executed = (call: SimulatedCall): (string | undefined)[] => call.state.verbs.items.map(({ id }) => id);
