import { parseApplication } from '../verbs/application.ts';
import { isJsonObject } from '../wire/json.ts';
import type { Command, CommandTarget, Effect } from './command.ts';

const STREAM_STATES: ReadonlySet<unknown> = new Set(['pause', 'resume', 'silence']);
const MEDIA_PATHS: ReadonlySet<unknown> = new Set(['no-media', 'partial-media', 'full-media']);
const PROMPTS: ReadonlySet<string> = new Set(['say', 'play']);

/** What is played, recorded, streamed and spoken. */
export const MEDIA_EFFECTS: Readonly<Record<string, Effect>> = {
  'listen:status': (command, target) => streamStatus(command, target, 'listen_status'),
  'stream:status': (command, target) => streamStatus(command, target, 'stream_status'),
  'transcribe:status': transcribeStatus,
  whisper,
  dub,
  boostAudioSignal,
  'media:path': mediaPath,
  'tts:tokens': ({ data }, target) => target.tts.take(data),
  'tts:flush': (_command, target) => target.tts.flush(),
  'tts:clear': (_command, target) => target.tts.clear(),
};

function streamStatus(
  { command, data }: Command,
  target: CommandTarget,
  key: 'listen_status' | 'stream_status',
): string | undefined {
  if (!isIn(target, 'dial', 'listen')) return `${command}: not in a dial or listen`;
  const wanted = isJsonObject(data) ? data[key] : undefined;
  if (typeof wanted !== 'string' || !STREAM_STATES.has(wanted)) return `${command}: data has no ${key}`;
  target.state.listenStatus = wanted;
  return undefined;
}

function transcribeStatus({ data }: Command, target: CommandTarget): string | undefined {
  const background = isJsonObject(target.state.config['transcribe']);
  if (!background && !isIn(target, 'dial', 'transcribe')) return 'transcribe:status: nothing is transcribed';
  const wanted = isJsonObject(data) ? data['transcribe_status'] : undefined;
  if (typeof wanted !== 'string' || !STREAM_STATES.has(wanted))
    return 'transcribe:status: data has no transcribe_status';
  target.state.transcribeStatus = wanted;
  return undefined;
}

function whisper({ data }: Command, target: CommandTarget): string | undefined {
  if (!isIn(target, 'dial', 'listen')) return 'whisper: not in a dial or listen';
  const wanted = isJsonObject(data) ? data['whisper'] : undefined;
  if (wanted === undefined) return 'whisper: data has no whisper';
  const application = parseApplication(Array.isArray(wanted) ? wanted : [wanted]);
  if (!application.ok) return `whisper: ${application.fault}`;
  if (application.verbs.some(({ name }) => !PROMPTS.has(name))) return 'whisper: only say and play can be whispered';
  if (isIn(target, 'dial') && !target.child) return 'whisper: the dial has nobody connected yet';
  target.state.whispers.push(application.verbs);
  return undefined;
}

function dub({ data }: Command, target: CommandTarget): string | undefined {
  if (!isJsonObject(data)) return 'dub: data must be an object';
  const application = parseApplication([{ verb: 'dub', ...data }]);
  if (!application.ok) return `dub: ${application.fault}`;
  target.state.dubs.push(data);
  return undefined;
}

// A number, or a text such as "-6 dB"; whatever else jambonz reads as no gain.
function boostAudioSignal({ data }: Command, { state }: CommandTarget): string | undefined {
  if (!state.answered) return 'boostAudioSignal: the call was not answered';
  const gain = typeof data === 'string' ? Number.parseFloat(data) : data;
  state.gainDb = typeof gain === 'number' && Number.isFinite(gain) ? gain : 0;
  return undefined;
}

function mediaPath({ data }: Command, target: CommandTarget): string | undefined {
  if (!isIn(target, 'dial')) return 'media:path: not in a dial';
  if (typeof data !== 'string' || !MEDIA_PATHS.has(data)) return 'media:path: data must be the path itself';
  target.state.mediaPath = data;
  return undefined;
}

function isIn({ currentVerb }: CommandTarget, ...names: string[]): boolean {
  return currentVerb !== undefined && names.includes(currentVerb.name);
}
