import type { JambusCluster } from '../cluster/jambus-cluster.ts';
import { eventually } from '../e2e/cluster-harness.ts';
import { startCall } from '../simulator/index.ts';
import type { Consumer, Program } from './consumer.ts';

export const LONG_MS = 240_000;

/** A CommonJS module in TypeScript that requires the packages, and prints what it has got. */
export const REQUIRES = (bus: string, connect: string): string => `
import { JambusError } from '@jambus/client';
import { ${connect} } from '@jambus/client/${bus}';
console.log(typeof ${connect}, new JambusError('bad_config', 'no').code);
`;

/** Waits until a program has written a text. @throws Error with all that it has written, when it does not */
export async function printed(program: Program, text: string): Promise<void> {
  try {
    await eventually(text, async () => (await program.printed()).includes(text) || program.ending !== undefined);
  } finally {
    // The end of a program is what it has written, too.
    expect(await program.printed()).toContain(text);
  }
}

/** Starts the example of the README, which has been compiled, and places a call that it has to answer. */
export async function greetsCalls(consumer: Consumer, cluster: JambusCluster): Promise<void> {
  const example = await consumer.start('out/greet.js');
  await printed(example, 'waiting for calls');
  const call = startCall({ url: cluster.websocketUrl, speed: 10 });
  const outcome = await call.ended;
  const said = call.received.flatMap(({ message }) => message?.['data'] ?? []);
  expect(said).toContainEqual(
    expect.objectContaining({ verb: 'say', text: expect.stringMatching(/^Hello .*, we are closed today\.$/) }),
  );
  expect(outcome).toMatchObject({ sipStatus: 200 });
  expect(call.ignored).toEqual([]);
  await printed(example, `${call.callSid} has heard it`);
}
