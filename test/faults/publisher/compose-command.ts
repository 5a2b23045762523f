import { type Form, LASTING_VERB } from '../load/script.ts';

/** The body of a command of each form, with the marker in it. */
export function composeCommand(form: Form, marker: string, n: number): string {
  switch (form) {
    case 'token':
      return `{"type":"command","command":"tts:tokens","data":{"id":${n},"tokens":"${marker} word"}}`;
    case 'large token':
      return `{"type":"command","command":"tts:tokens","data":{"id":${n},"tokens":"${marker} ${'x'.repeat(8_000)}"}}`;
    default: {
      const verb = { verb: 'say', id: form === 'say' ? `verb-${marker}` : form, text: marker };
      return JSON.stringify({ type: 'command', command: 'redirect', queueCommand: true, data: [verb] });
    }
  }
}

/** The first application of a call: a verb that lasts. */
export function composeApplication(msgid: string, marker: string): string {
  return JSON.stringify({ type: 'ack', msgid, data: [{ verb: 'say', id: LASTING_VERB, text: marker }] });
}
