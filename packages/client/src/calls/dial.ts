import { callStatusOf, type JambonzCommand, otherVerb, type Verb } from '@jambus/schema';
import type { JambusEvent } from '../event.ts';
import type { AskedLeg, DialLegs, HookData, Leg, WaitOptions } from './calls.ts';
import { hookOf, type Steps } from './running-call.ts';
import type { VerbProperties } from './verb-options.ts';

type RunDial = (
  name: string,
  options: VerbProperties,
  wait: WaitOptions,
) => Promise<{ readonly data: HookData | undefined }>;

const HANG_UP: Verb = { verb: 'hangup' };
/** Verbs that change nothing and take the place of those behind a question. */
const STAY: Verb = { verb: 'config' };

/** Dials, and does what is to be done with the called party meanwhile. */
export async function dialWith(steps: Steps, options: VerbProperties, legs: DialLegs, run: RunDial): Promise<HookData> {
  const { confirm, onAnswer, timeoutMs } = legs;
  const name = steps.nameOf(['dial', options]);
  const confirmHook = hookOf(`${name}.confirm`);
  const over = new AbortController();
  const dialled = run(name, { ...options, ...(confirm !== undefined && { confirmHook }) }, { timeoutMs });
  const { signal } = over;
  let isAnswered = false;
  const answered = async (party: Party): Promise<void> => {
    if (isAnswered) return;
    isAnswered = true;
    await onAnswer?.(legOf(steps, party));
  };
  const meanwhile = async (): Promise<void> => {
    if (confirm === undefined) {
      if (onAnswer === undefined) return;
      return await answered(await steps.find((event) => answeredBy(event, steps.callSid), 'the answer', { signal }));
    }
    const isAsked = (event: JambusEvent) =>
      event.type === 'dial:confirm' && event.message.hook === confirmHook ? event : undefined;
    const ask = async (asked: JambusEvent): Promise<void> => {
      const { call_sid: callSid = '', to } = asked.message.data;
      const party = { callSid: String(callSid), to: typeof to === 'string' ? to : undefined };
      if (await accepts(steps, asked, party, confirm)) await answered(party);
    };
    const from = steps.reader();
    const asking: Promise<void>[] = [];
    try {
      // A dial may call several parties, and each may answer while another is asked.
      for (;;) {
        const next = steps.find(isAsked, 'the answer', { signal, from });
        const asked = await Promise.race([next, failureOf(asking)]);
        asking.push(ask(asked));
      }
    } finally {
      from.close();
    }
  };
  const besides = meanwhile();
  const failed = besides.then(
    () => new Promise<never>(() => {}),
    (error: unknown) => {
      if (over.signal.aborted) return new Promise<never>(() => {});
      throw error;
    },
  );
  try {
    return (await Promise.race([dialled, failed])).data ?? {};
  } finally {
    over.abort();
    dialled.catch(() => {});
  }
}

/** Never resolves. @throws what the first of them throws */
function failureOf(all: readonly Promise<void>[]): Promise<never> {
  return Promise.race(all.map(async (each) => await each.then(() => new Promise<never>(() => {}))));
}

interface Party {
  readonly callSid: string;
  readonly to: string | undefined;
}

/** @returns whether the party is put through */
async function accepts(
  steps: Steps,
  asked: JambusEvent,
  party: Party,
  confirm: NonNullable<DialLegs['confirm']>,
): Promise<boolean> {
  let open = asked.message.msgid;
  let question = false;
  const answer = async (verbs: readonly Verb[]): Promise<void> => {
    const msgid = open;
    open = undefined;
    if (msgid !== undefined) await steps.sendStep(steps.nameOf([msgid, verbs]), { type: 'ack', msgid, data: verbs });
  };
  const leg: AskedLeg = {
    ...party,
    gather: async (options) => {
      if (question) throw new TypeError('a called party can be asked once: jambonz takes no hangup after that');
      question = true;
      const name = steps.nameOf([party.callSid, options]);
      const actionHook = hookOf(name);
      // Whoever is not answered in time runs into the hangup.
      await answer([otherVerb({ ...options, verb: 'gather', id: name, actionHook }), HANG_UP]);
      return await steps.find((event) => {
        if (event.type !== 'verb:hook' || event.message.hook !== actionHook) return undefined;
        open = event.message.msgid;
        return event.message.data;
      }, 'the answer of the called party');
    },
  };
  const said = await confirm(leg);
  const accepted = said === true || (typeof said === 'object' && (said.digits ?? said.speech) !== undefined);
  if (question) await answer(accepted ? [STAY] : []);
  else await answer(accepted ? [] : [HANG_UP]);
  return accepted;
}

/** The party of another leg that has answered. */
function answeredBy({ message }: JambusEvent, callSid: string): Party | undefined {
  const status = callStatusOf(message, callSid);
  if (status === undefined || status.ownLeg || status.callStatus !== 'in-progress') return undefined;
  return { callSid: status.callSid ?? '', to: typeof message.data['to'] === 'string' ? message.data['to'] : undefined };
}

function legOf(steps: Steps, party: Party): Leg {
  const command = (given: JambonzCommand) => {
    const addressed: JambonzCommand = { ...given, callSid: party.callSid };
    return steps.sendStep(steps.nameOf(addressed), addressed);
  };
  return {
    ...party,
    command,
    whisper: (what) => {
      const verbs: readonly Verb[] = typeof what === 'string' ? [{ verb: 'say', text: what }] : what;
      return command({ type: 'command', command: 'whisper', data: { whisper: [...verbs] } });
    },
  };
}
