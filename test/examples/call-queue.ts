import type { Call, JambusClient } from '@jambus/client';

const QUEUE = 'support';
const WAITS = '/waits';

/**
 * A queue on the phone: who calls `/support` waits and is told the place, or leaves a wish to be called back after a while; who calls
 * `/agent` is given the one who has waited longest.
 *
 * @param patience how often a caller is asked to wait
 */
export function serveQueue(client: JambusClient, patience = 20) {
  const callers = client.calls.serve({ durable: 'queue-callers', application: '/support' }, async (call) => {
    const telling = tellPlace(call, patience);
    const left = await call.run({ verb: 'enqueue', name: QUEUE, waitHook: WAITS });
    await telling;
    if (left?.queue_result === 'leave') await call.say('We call you back.');
  });
  const agents = client.calls.serve({ durable: 'queue-agents', application: '/agent' }, async (call) => {
    await call.run({ verb: 'dequeue', name: QUEUE, beep: true, timeout: 60 });
    await call.say('Nobody waits any more. Goodbye.');
  });
  return { callers, agents };
}

/** Answers each question for what the caller is to hear meanwhile. */
async function tellPlace(call: Call, patience: number): Promise<void> {
  let asked = 0;
  for await (const event of call.events()) {
    if (event.type !== 'verb:hook') continue;
    if (event.message.data.queue_result !== undefined) return;
    if (event.message.hook !== WAITS) continue;
    const place = Number(event.message.data['queue_position']) + 1;
    const said = { verb: 'say', text: `You are number ${place}.` } as const;
    await call.answer(event, ++asked > patience ? [{ verb: 'leave' }] : [said, { verb: 'pause', length: 5 }]);
  }
}
