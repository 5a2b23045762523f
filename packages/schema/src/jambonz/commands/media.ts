import { type Static, Type } from '@sinclair/typebox';
import type { SayVerb } from '../verbs/index.ts';
import { CLOSED, commandSchema, Enum, Headers } from './command.ts';

const SIP_REQUEST = {
  method: Enum(['INFO', 'NOTIFY', 'MESSAGE']),
  content_type: Type.Optional(Type.String()),
  content: Type.Optional(Type.String()),
  headers: Type.Optional(Headers),
};
const SipRequest = Type.Object(SIP_REQUEST, CLOSED);

export const SipRequestCommand = commandSchema(
  'sip:request',
  'A SIP request to the far end. The documentation has the flat form, the open-source server 0.9.8 reads `sip_request`: ' +
    'jambus sends both',
  Type.Union([
    Type.Object({ ...SIP_REQUEST, sip_request: Type.Optional(SipRequest) }, CLOSED),
    Type.Object({ sip_request: SipRequest }, CLOSED),
  ]),
);
export type SipRequestCommand = Static<typeof SipRequestCommand>;

const DTMF = {
  digit: Type.String({ minLength: 1, pattern: '^\\S+$' }),
  duration: Type.Optional(Type.Number({ description: 'ms' })),
};
const Dtmf = Type.Object(DTMF, CLOSED);

export const DtmfCommand = commandSchema(
  'dtmf',
  'DTMF to the far end. The SDK sends the flat form, the open-source server 0.9.8 reads `dtmf`: jambus sends both',
  Type.Union([Type.Object({ ...DTMF, dtmf: Type.Optional(Dtmf) }, CLOSED), Type.Object({ dtmf: Dtmf }, CLOSED)]),
);
export type DtmfCommand = Static<typeof DtmfCommand>;

export const RecordCommand = commandSchema(
  'record',
  'Starts, stops, pauses or resumes the recording of the call',
  Type.Object(
    {
      action: Enum(['startCallRecording', 'stopCallRecording', 'pauseCallRecording', 'resumeCallRecording']),
      type: Type.Optional(Enum(['cloud', 'siprec'])),
      recordingID: Type.Optional(Type.String()),
      siprecServerURL: Type.Optional(Type.Union([Type.String(), Type.Array(Type.String())])),
      headers: Type.Optional(Headers),
      silence: Type.Optional(Type.Boolean()),
    },
    CLOSED,
  ),
);
export type RecordCommand = Static<typeof RecordCommand>;

export const BoostAudioSignalCommand = commandSchema(
  'boostAudioSignal',
  'Makes the call louder or quieter by this many dB. `data` is the number itself, or a string such as "-6 dB"; 0.9.8 ' +
    'takes the number 0 for missing data, so that "0 dB" has to be written as a string',
  Type.Union([Type.Number({ exclusiveMinimum: 0 }), Type.Number({ exclusiveMaximum: 0 }), DecibelString()]),
);
export type BoostAudioSignalCommand = Static<typeof BoostAudioSignalCommand>;

function DecibelString() {
  return Type.String({ pattern: '^[+-]?\\d+(\\.\\d+)?\\s*[dD][bB]$' });
}

export const MediaPathCommand = commandSchema(
  'media:path',
  'How the media of a dial flows; `data` is the string itself',
  Enum(['no-media', 'partial-media', 'full-media']),
);
export type MediaPathCommand = Static<typeof MediaPathCommand>;

export const RoomSayCommand = commandSchema(
  'room:say',
  'Speaks to everybody in the conference this call is in: the properties of the verb `say`; newer servers',
  Type.Unsafe<Omit<SayVerb, 'verb'> & { readonly replace?: boolean }>(
    Type.Object({ replace: Type.Optional(Type.Boolean()) }, { additionalProperties: true }),
  ),
);
export type RoomSayCommand = Static<typeof RoomSayCommand>;

export const RoomPlayCommand = commandSchema(
  'room:play',
  'Plays a file to everybody in the conference this call is in; newer servers',
  Type.Object({ url: Type.String(), id: Type.Optional(Type.String()), replace: Type.Optional(Type.Boolean()) }, CLOSED),
);
export type RoomPlayCommand = Static<typeof RoomPlayCommand>;

export const TagCommand = commandSchema(
  'tag',
  "Data of the application's own about the call, given back in every message as `customerData`; newer servers",
  Type.Record(Type.String(), Type.Unknown()),
);
export type TagCommand = Static<typeof TagCommand>;
