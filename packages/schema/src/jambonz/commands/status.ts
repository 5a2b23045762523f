import { type Static, Type } from '@sinclair/typebox';
import { CLOSED, commandSchema, Enum } from './command.ts';

export const CallStatusCommand = commandSchema(
  'call:status',
  'Ends the call; `no-answer` only before it was answered',
  Type.Object({ call_status: Enum(['completed', 'no-answer']) }, CLOSED),
);
export type CallStatusCommand = Static<typeof CallStatusCommand>;

const Mute = Enum(['mute', 'unmute']);

export const MuteStatusCommand = commandSchema(
  'mute:status',
  'Mutes or unmutes one leg, in a dial or conference',
  Type.Union([Type.Object({ mute_status: Mute }, CLOSED), Mute]),
);
export type MuteStatusCommand = Static<typeof MuteStatusCommand>;

export const ConfMuteStatusCommand = commandSchema(
  'conf:mute-status',
  'Mutes or unmutes all legs of the conference that are no moderators',
  Type.Object({ conf_mute_status: Mute }, CLOSED),
);
export type ConfMuteStatusCommand = Static<typeof ConfMuteStatusCommand>;

export const ConfHoldStatusCommand = commandSchema(
  'conf:hold-status',
  'Puts this leg of a conference on hold or takes it off',
  Type.Object({ conf_hold_status: Enum(['hold', 'unhold']), wait_hook: Type.Optional(Type.String()) }, CLOSED),
);
export type ConfHoldStatusCommand = Static<typeof ConfHoldStatusCommand>;

export const ConfParticipantActionCommand = commandSchema(
  'conf:participant-action',
  'What this leg is in its conference. `tag` and `coach` say which members by `tag`',
  Type.Union([
    Type.Object({ action: Enum(['tag', 'coach']), tag: Type.String({ minLength: 1 }) }, CLOSED),
    Type.Object(
      {
        action: Enum(['untag', 'uncoach', 'hold', 'unhold', 'mute', 'unmute', 'kick']),
        tag: Type.Optional(Type.String()),
        wait_hook: Type.Optional(Type.String()),
      },
      CLOSED,
    ),
  ]),
);
export type ConfParticipantActionCommand = Static<typeof ConfParticipantActionCommand>;

const Streaming = Enum(['pause', 'resume', 'silence']);

export const ListenStatusCommand = commandSchema(
  'listen:status',
  'Pauses or resumes the audio of a listen, also one inside a dial',
  Type.Object({ listen_status: Streaming }, CLOSED),
);
export type ListenStatusCommand = Static<typeof ListenStatusCommand>;

export const StreamStatusCommand = commandSchema(
  'stream:status',
  "`listen:status` under the verb's newer name. On newer servers it also moves the stream into a room",
  Type.Union([
    Type.Object({ stream_status: Streaming }, CLOSED),
    Type.Object({ stream_status: Type.Literal('move-to-room'), room: Type.String({ minLength: 1 }) }, CLOSED),
  ]),
);
export type StreamStatusCommand = Static<typeof StreamStatusCommand>;

export const TranscribeStatusCommand = commandSchema(
  'transcribe:status',
  'Pauses or resumes a transcription, also one inside a dial or in the background',
  Type.Object({ transcribe_status: Enum(['pause', 'resume']) }, CLOSED),
);
export type TranscribeStatusCommand = Static<typeof TranscribeStatusCommand>;

export const NoiseIsolationStatusCommand = commandSchema(
  'noiseIsolation:status',
  'Noise isolation on or off; newer servers',
  Type.Object(
    {
      noise_isolation_status: Enum(['enable', 'disable']),
      vendor: Type.Optional(Type.String()),
      level: Type.Optional(Type.Number()),
      model: Type.Optional(Type.String()),
    },
    CLOSED,
  ),
);
export type NoiseIsolationStatusCommand = Static<typeof NoiseIsolationStatusCommand>;
