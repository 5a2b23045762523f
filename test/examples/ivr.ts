import type { Call, JambusClient } from '@jambus/client';

const ONE_KEY = { input: ['digits'], numDigits: 1 } as const;
const AGENT = { target: [{ type: 'phone', number: '+15550100' }], timeout: 20, answerOnBridge: true } as const;

/** A pizzeria on the phone: a menu, orders, somebody to talk to, and a room for parties. */
async function ivr(call: Call): Promise<void> {
  const { digits } = await call.gather({ ...ONE_KEY, say: { text: "Welcome to Mario's!" } });
  if (digits === '3') return void (await call.run({ verb: 'conference', name: 'tasting' }));
  if (digits === '2') return await talk(call);
  const { speech } = await call.gather({ input: ['speech'], say: { text: 'What would you like?' } });
  const order = speech?.alternatives?.[0]?.transcript;
  print(call, `orders ${order ?? 'nothing that could be understood'}`);
  await call.say(order === undefined ? 'Please call again.' : `${order}? Coming up!`);
}

async function talk(call: Call): Promise<void> {
  await call.command({
    type: 'command',
    command: 'record',
    data: { action: 'startCallRecording', recordingID: call.callSid },
  });
  const { dial_call_status: status } = await call.dial(AGENT, {
    confirm: async (leg) =>
      (await leg.gather({ ...ONE_KEY, say: { text: 'A guest. Press 1 to talk.' } })).digits === '1',
    onAnswer: async (leg) => void (await leg.whisper('This call is recorded.')),
  });
  print(call, `talked: ${status}`);
  await call.say(status === 'completed' ? 'Goodbye!' : 'Nobody is free. We call you back.');
}

/** Serves calls until it is told to stop, as one of any number of processes. @param where the bus is, for people */
export async function takeCalls(client: JambusClient, where: string): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void client.close());
  const serving = client.calls.serve({ durable: 'ivr', application: '/ivr' }, async (call) => {
    print(call, `${call.from ?? 'somebody'} calls${call.resumed ? ', and was served before' : ''}`);
    call.ended.addEventListener('abort', () => print(call, String(call.ended.reason.message)));
    await ivr(call);
  });
  await serving.ready();
  process.stdout.write(`serving calls of ${where}\n`);
  await serving;
}

function print({ callSid }: Call, line: string): void {
  process.stdout.write(`${callSid} ${line}\n`);
}
