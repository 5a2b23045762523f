import { hookPath } from '../wire/hook-path.ts';
import { isJsonObject } from '../wire/json.ts';
import type { Command, CommandTarget, Effect } from './command.ts';

const PARTICIPANT_ACTIONS: ReadonlySet<unknown> = new Set([
  'tag',
  'untag',
  'coach',
  'uncoach',
  'hold',
  'unhold',
  'mute',
  'unmute',
  'kick',
]);

/** Muting, and what only works in a conference. */
export const CONFERENCE_EFFECTS: Readonly<Record<string, Effect>> = {
  'mute:status': mute,
  'conf:mute-status': muteConference,
  'conf:hold-status': hold,
  'conf:participant-action': participantAction,
};

// Whatever jambonz does not read as "mute" unmutes, a wrong key included.
function mute({ data, callSid }: Command, target: CommandTarget): string | undefined {
  const verb = target.currentVerb?.name;
  if (verb !== 'dial' && verb !== 'conference') return 'mute:status: not in a dial or conference';
  const wanted = isJsonObject(data) ? data['mute_status'] : data;
  if (target.child && callSid === target.child.callSid) target.state.childMuted = wanted === 'mute';
  else target.state.muted = wanted === 'mute';
  return undefined;
}

function muteConference({ data }: Command, target: CommandTarget): string | undefined {
  if (!isInConference(target)) return 'conf:mute-status: not in a conference';
  target.state.conferenceMuted = isJsonObject(data) && data['conf_mute_status'] === 'mute';
  return undefined;
}

function hold({ data }: Command, target: CommandTarget): string | undefined {
  if (!isInConference(target)) return 'conf:hold-status: not in a conference';
  const wanted = isJsonObject(data) ? data['conf_hold_status'] : undefined;
  if (wanted !== 'hold' && wanted !== 'unhold')
    return 'conf:hold-status: data has no conf_hold_status of hold or unhold';
  setHold(target, wanted === 'hold', data);
  return undefined;
}

function setHold(target: CommandTarget, onHold: boolean, data: unknown): void {
  target.state.onHold = onHold;
  const waitHook = isJsonObject(data) ? hookPath(data['wait_hook']) : undefined;
  target.signal(onHold ? { kind: 'conference hold', waitHook } : { kind: 'conference unhold' });
}

function participantAction({ data }: Command, target: CommandTarget): string | undefined {
  if (!isInConference(target)) return 'conf:participant-action: not in a conference';
  if (!isJsonObject(data) || !PARTICIPANT_ACTIONS.has(data['action'])) {
    return 'conf:participant-action: data has no known action';
  }
  target.state.participantActions.push(data);
  const { action } = data;
  if (action === 'hold' || action === 'unhold') setHold(target, action === 'hold', data);
  if (action === 'mute' || action === 'unmute') target.state.muted = action === 'mute';
  if (action === 'kick') target.signal({ kind: 'kick' });
  return undefined;
}

function isInConference({ currentVerb, inConference }: CommandTarget): boolean {
  return currentVerb?.name === 'conference' && inConference;
}
