import { EVERYWHERE, NOWHERE, ONLY_NEWER, type Row, rows } from './rows.ts';

const FLOW = { project: 'p', lang: 'en-US', credentials: { a: 1 } };
const PHONE = [{ type: 'phone', number: '1' }];

/** Verbs that constructors of 0.9.8 refuse beyond every schema, and their neighbours that it takes. */
export const CONSTRUCTED: readonly Row[] = [
  // lib/tasks/say.js: text, which may be empty, or stream: true
  ...rows(EVERYWHERE, 'say', { text: 'hi' }, { text: '' }, { text: [] }, { text: ['a', 'b'] }),
  ...rows(EVERYWHERE, 'say', { stream: true }, { stream: true, text: 'a' }, { text: 'a', stream: false }),
  ...rows(ONLY_NEWER, 'say', {}, { stream: false }, { id: 'a' }, { loop: 2 }, { instructions: 'kindly' }),
  ...rows(NOWHERE, 'say', { text: 5 }, { text: null }, { txt: 'a' }, { stream: 'true' }, { text: { a: 1 } }),
  // lib/tasks/gather.js constructs its prompts
  ...rows(EVERYWHERE, 'gather', { say: { text: 'a' } }, { say: { text: '' } }, { say: { stream: true } }),
  ...rows(ONLY_NEWER, 'gather', { say: {} }, { say: { loop: 2 } }, { say: { stream: false } }, { say: { text: 5 } }),
  ...rows(NOWHERE, 'gather', { say: { txt: 'a' } }, { say: 'hi' }),
  // lib/tasks/conference.js: a name that is not empty
  ...rows(EVERYWHERE, 'conference', { name: 'c' }, { name: 'c', beep: true, startConferenceOnEnter: false }),
  ...rows(ONLY_NEWER, 'conference', { name: '' }),
  ...rows(NOWHERE, 'conference', {}, { name: 5 }, { nam: 'c' }),
  // lib/tasks/dub.js: a track that is not empty
  ...rows(EVERYWHERE, 'dub', { action: 'addTrack', track: 't' }, { action: 'addTrack', track: 't', gain: '-3 dB' }),
  ...rows(EVERYWHERE, 'dub', { action: 'sayOnTrack', track: 't', say: 'hi' }, { action: 'removeTrack', track: 't' }),
  ...rows(ONLY_NEWER, 'dub', { action: 'addTrack', track: '' }),
  ...rows(NOWHERE, 'dub', { action: 'addTrack' }, { track: 't' }, { action: 'addtrack', track: 't' }),
  // lib/tasks/dial.js constructs its dubs
  ...rows(EVERYWHERE, 'dial', { target: PHONE, dub: [{ action: 'addTrack', track: 't' }] }),
  ...rows(ONLY_NEWER, 'dial', { target: PHONE, dub: [{ action: 'addTrack', track: '' }] }),
  ...rows(NOWHERE, 'dial', { target: PHONE, dub: [{ action: 'addTrack' }] }),
  // lib/tasks/dialogflow/index.js: an agent for cx, credentials that are not empty
  ...rows(EVERYWHERE, 'dialogflow', FLOW, { ...FLOW, model: 'es' }, { ...FLOW, model: 'ces' }),
  ...rows(EVERYWHERE, 'dialogflow', { ...FLOW, model: 'cx', agent: 'a' }, { ...FLOW, credentials: '{}' }),
  ...rows(ONLY_NEWER, 'dialogflow', { ...FLOW, model: 'cx' }, { ...FLOW, model: 'cx', agent: '' }),
  ...rows(ONLY_NEWER, 'dialogflow', { ...FLOW, credentials: '' }),
  ...rows(NOWHERE, 'dialogflow', { project: 'p', lang: 'en' }, { ...FLOW, model: 'dx' }),
];
