import type { Call } from '@jambus/client';

const HEARD = '/heard';

/** What a model answers to what was said, piece by piece. */
export type Model = (said: string, signal: AbortSignal) => AsyncIterable<string>;

/**
 * Lets a caller talk with a model: what the model says is spoken as it comes, and a caller that speaks interrupts it.
 *
 * jambonz listens beside everything else (`bargeIn`) and speaks the pieces as they come (`ttsStream`).
 */
export async function talk(call: Call, model: Model): Promise<void> {
  let answer = new AbortController();
  const events = call.events();
  await call.verbs([
    {
      verb: 'config',
      bargeIn: { enable: true, sticky: true, input: ['speech'], actionHook: HEARD },
      ttsStream: { enable: true },
    },
    { verb: 'answer' },
  ]);
  for await (const event of events) {
    if (event.type !== 'verb:hook' || event.message.hook !== HEARD) continue;
    answer.abort();
    answer = new AbortController();
    await call.answer(event);
    await call.command({ type: 'command', command: 'tts:clear' });
    const said = event.message.data.speech?.alternatives?.[0]?.transcript ?? '';
    // The loop goes on listening meanwhile.
    void speak(call, model(said, answer.signal), event.sequence, answer.signal).catch(() => {});
  }
  answer.abort();
}

/** Speaks pieces as they come. The buffer over there has room for 1,000 characters: what it does not take is sent again when it is emptier. */
async function speak(call: Call, pieces: AsyncIterable<string>, turn: number, signal: AbortSignal): Promise<void> {
  let count = 0;
  for await (const tokens of pieces) {
    const id = `${turn}.${++count}`;
    for (let isTaken = false; !isTaken; ) {
      if (signal.aborted) return;
      const events = call.events();
      await call.command({ type: 'command', command: 'tts:tokens', data: { id, tokens } });
      isTaken = await taken(events, id);
    }
  }
  if (!signal.aborted) await call.command({ type: 'command', command: 'tts:flush' });
}

/** @returns false when there was no room, and is some now */
async function taken(events: ReturnType<Call['events']>, id: string): Promise<boolean> {
  let wasFull = false;
  for await (const event of events) {
    if (event.type === 'tts:tokens-result' && event.message.data.id === id) {
      if (event.message.data.status === 'ok') return true;
      wasFull = true;
    } else if (wasFull && event.type === 'tts:streaming-event' && event.message.data.event_type === 'stream_resumed') {
      return false;
    }
  }
  return true;
}
