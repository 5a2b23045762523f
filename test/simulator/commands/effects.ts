import { parseApplication } from '../verbs/application.ts';
import { isJsonObject, type JsonObject } from '../wire/json.ts';
import type { Command, CommandTarget, Effect } from './command.ts';
import { CONFERENCE_EFFECTS } from './conference-effects.ts';
import { MEDIA_EFFECTS } from './media-effects.ts';
import { redirect } from './redirect.ts';

/** What each command does in jambonz feature-server 0.9.8; for any other it logs "invalid command". */
const EFFECTS: ReadonlyMap<string, Effect> = new Map(
  Object.entries<Effect>({
    ...CONFERENCE_EFFECTS,
    ...MEDIA_EFFECTS,
    redirect,
    'call:status': callStatus,
    config: configure,
    dial: (command, target) =>
      withObject(command, (body) => {
        target.state.dialled.push(body);
        target.dial(body);
      }),
    'sip:request': sipRequest,
    dtmf: sendDtmf,
    record,
    'llm:tool-output': llmToolOutput,
    'llm:update': llmUpdate,
  }),
);

/** Carries out a command; gives back why it had no effect, undefined when it had one. */
export function carryOut(command: Command, target: CommandTarget): string | undefined {
  const effect = EFFECTS.get(command.command);
  return effect ? effect(command, target) : `invalid command ${command.command}`;
}

function withObject({ command, data }: Command, use: (data: JsonObject) => void): string | undefined {
  if (!isJsonObject(data)) return `${command}: data must be an object`;
  use(data);
  return undefined;
}

function callStatus({ data }: Command, target: CommandTarget): string | undefined {
  const status = isJsonObject(data) ? data['call_status'] : undefined;
  if (status === 'completed') {
    if (!target.state.answered) return 'call:status completed: the call was not answered';
    target.hangUpByCommand();
    return undefined;
  }
  if (status === 'no-answer') {
    if (target.state.answered) return 'call:status no-answer: the call is already answered';
    target.refuse(503);
    return undefined;
  }
  return 'call:status: data has no call_status of completed or no-answer';
}

function configure({ data }: Command, target: CommandTarget): string | undefined {
  if (!isJsonObject(data)) return 'config: data must be an object';
  const application = parseApplication([{ verb: 'config', ...data }]);
  if (!application.ok) return `config: ${application.fault}`;
  target.configure(data);
  return undefined;
}

function sipRequest(command: Command, target: CommandTarget): string | undefined {
  const request = isJsonObject(command.data) ? command.data['sip_request'] : undefined;
  // The documented flat form ends here: jambonz looks for its parts under sip_request only.
  if (!isJsonObject(request)) return 'sip:request: data has no sip_request';
  return towardsLeg(command, target, (leg) => target.state.sipRequests.push({ leg, content: request }));
}

function sendDtmf(command: Command, target: CommandTarget): string | undefined {
  const dtmf = isJsonObject(command.data) ? command.data['dtmf'] : undefined;
  if (!isJsonObject(dtmf)) return 'dtmf: data has no dtmf';
  return towardsLeg(command, target, (leg) => target.state.dtmfSent.push({ leg, content: dtmf }));
}

/**
 * Any leg but the call's own is looked for in the current verb; so is the call itself, when the command names none and came on
 * a socket that never brought `session:new` and knows none.
 */
function towardsLeg(
  command: Command,
  target: CommandTarget,
  send: (leg: 'parent' | 'child') => void,
): string | undefined {
  if (!target.state.answered) return `${command.command}: the call was not answered`;
  const leg = command.callSid === target.callSid ? 'parent' : 'child';
  if (leg === 'child' && !target.child) {
    return `${command.command}: callSid is ${String(command.callSid)}, and the current verb has no leg`;
  }
  send(leg);
  return undefined;
}

function record({ data }: Command, { state }: CommandTarget): string | undefined {
  const action = isJsonObject(data) ? data['action'] : undefined;
  // Before the call is answered jambonz only keeps a start for later, which amounts to the same here.
  if (!state.answered && action !== 'startCallRecording') return 'record: the call was not answered';
  const step = typeof action === 'string' ? RECORDING.get(action) : undefined;
  if (!step) return 'record: data has no known action';
  if (!step.from.includes(state.recording)) return `record: ${String(action)} while recording is ${state.recording}`;
  state.recording = step.to;
  return undefined;
}

const RECORDING: ReadonlyMap<string, { from: readonly string[]; to: 'off' | 'on' | 'paused' }> = new Map([
  ['startCallRecording', { from: ['off'], to: 'on' }],
  ['stopCallRecording', { from: ['on', 'paused'], to: 'off' }],
  ['pauseCallRecording', { from: ['on'], to: 'paused' }],
  ['resumeCallRecording', { from: ['paused'], to: 'on' }],
]);

function llmToolOutput(command: Command, target: CommandTarget): string | undefined {
  if (!isInLlm(target)) return 'llm:tool-output: not in an llm';
  target.state.llmMessages.push({ tool_call_id: command.toolCallId, data: command.data });
  return undefined;
}

function llmUpdate({ data }: Command, target: CommandTarget): string | undefined {
  if (!isInLlm(target)) return 'llm:update: not in an llm';
  if (!isJsonObject(data)) return 'llm:update: data must be an object';
  target.state.llmMessages.push(data);
  return undefined;
}

function isInLlm({ currentVerb }: CommandTarget): boolean {
  return currentVerb?.name === 'llm' || currentVerb?.name === 'pipeline';
}
