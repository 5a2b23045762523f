import { connectKafkaBus } from '@jambus/bus';
import { busNames } from '@jambus/schema';
import { textOf } from './scene.ts';

/**
 * An adapter in a process of its own, which can be stopped. It writes the text of each record that its handler is given, and
 * the handler is never done with `again`. Arguments: port of the broker, prefix of the topics, session in ms.
 */
const [port = '', prefix = '', sessionMs = ''] = process.argv.slice(2);

const bus = await connectKafkaBus({
  connection: { brokers: [`127.0.0.1:${port}`] },
  names: busNames(prefix),
  topics: { partitions: 1 },
  sessionMs: Number(sessionMs),
  onTrouble: () => {},
});
const stop = new AbortController();
process.stdin.once('end', () => stop.abort()).resume();
await bus.commands.run(async (record) => {
  process.stdout.write(`${textOf(record)}\n`);
  if (textOf(record) === 'again') return { kind: 'retry', afterMs: 50, reason: 'again' };
  return { kind: 'done' };
}, stop.signal);
await bus.close();
