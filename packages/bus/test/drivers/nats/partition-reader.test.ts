import { type PartitionReaderOptions, readPartition } from '../../../src/drivers/nats/partition-reader.ts';

const FORMER = '2026-11-26T19:42:32.1Z';
const SUCCESSOR = '2026-11-26T19:42:33.2Z';

/** A server whose stream is made anew while a consumer is being created. */
function serverOfTest() {
  const consumers = new Set<string>();
  const pulled: string[] = [];
  let created = FORMER;
  const link = {
    connected: () => true,
    inbox: () => '_INBOX.test',
    listen: () => () => {},
    subscribe: () => ({ unsubscribe: () => {}, drain: () => {} }),
    nc: { info: { max_payload: 1_048_576 }, publish: (subject: string) => pulled.push(subject) },
    jsm: {
      streams: { info: async () => ({ created }) },
      consumers: {
        add: async () => {
          created = SUCCESSOR;
          consumers.add('consumer');
          return { name: 'consumer' };
        },
        delete: async (_stream: string, name: string) => consumers.delete(name),
      },
    },
  };
  return { link: link as unknown as PartitionReaderOptions['link'], consumers, pulled };
}

test('a stream that is made anew while its consumer is created is not read from the middle', async () => {
  const { link, consumers, pulled } = serverOfTest();
  await readPartition(
    {
      link,
      stream: 'commands',
      streamCreated: FORMER,
      filterSubject: 'commands.0.*',
      startAfter: 7,
      intake: { hasRoom: true, whenRoom: async () => {}, take: () => {} },
      onStreamMissing: () => {},
      onSkipped: () => {},
      onTrouble: () => {},
    },
    AbortSignal.timeout(1_000),
  );
  expect(pulled).toEqual([]);
  expect(consumers.size).toBe(0);
});
