import { type PartitionReaderOptions, readPartition } from '../../../src/drivers/nats/partition-reader.ts';
import { eventually } from '../../support/eventually.ts';
import { gate } from '../../support/gate.ts';

const CREATED = '2026-11-26T19:42:32.1Z';
const SUCCESSOR = '2026-11-26T19:42:33.2Z';
const FILTER = 'commands.0.*';

/** A cluster that has lost the leader that makes consumers, while the stream's leader goes on. */
function clusterOfTest() {
  const elected = gate();
  const stored: number[] = [];
  const starts: number[] = [];
  const deleted: string[] = [];
  let created = CREATED;
  const link = {
    connected: () => true,
    inbox: () => '_INBOX.test',
    listen: () => () => {},
    subscribe: () => ({ unsubscribe: () => {}, drain: () => {} }),
    nc: { info: { max_payload: 1_048_576 }, publish: () => {} },
    jsm: {
      streams: {
        info: async () => ({ created, config: { subjects: [FILTER] } }),
        getMessage: async (_stream: string, { seq, next_by_subj }: { seq: number; next_by_subj: string }) => {
          expect(next_by_subj).toBe(FILTER);
          const next = stored.find((number) => number >= seq);
          if (next === undefined) throw new Error('no message found');
          return {
            subject: 'commands.0.call',
            data: new Uint8Array(),
            seq: next,
            time: new Date(next),
            header: undefined,
          };
        },
      },
      consumers: {
        add: async (_stream: string, { opt_start_seq }: { opt_start_seq: number }) => {
          starts.push(opt_start_seq);
          await elected.promise;
          return { name: `consumer-${starts.length}`, num_pending: 0 };
        },
        delete: async (_stream: string, name: string) => deleted.push(name),
      },
    },
  };
  const makeAnew = () => {
    created = SUCCESSOR;
  };
  return { link: link as unknown as PartitionReaderOptions['link'], elected, stored, starts, deleted, makeAnew };
}

function read(link: PartitionReaderOptions['link'], signal: AbortSignal) {
  const taken: { sequence: number; storedAt: number }[] = [];
  const skipped: number[] = [];
  const reading = readPartition(
    {
      link,
      stream: 'commands',
      streamCreated: CREATED,
      filterSubject: FILTER,
      startAfter: 7,
      intake: {
        hasRoom: true,
        whenRoom: async () => {},
        take: ({ sequence, storedAt }) => taken.push({ sequence, storedAt }),
      },
      onStreamMissing: () => {},
      onSkipped: (count) => skipped.push(count),
      onTrouble: () => {},
    },
    signal,
  );
  return { taken, skipped, reading };
}

test('a partition is read in order while no consumer can be made, and by a consumer behind that', async () => {
  const stop = new AbortController();
  const { link, elected, stored, starts, deleted } = clusterOfTest();
  stored.push(5, 8, 11);
  const { taken, skipped, reading } = read(link, stop.signal);
  await eventually(() => expect(taken.map(({ sequence }) => sequence)).toEqual([8, 11]));
  stored.push(12);
  await eventually(() => expect(taken).toHaveLength(3));
  expect(taken.at(-1)).toEqual({ sequence: 12, storedAt: 12 });
  expect(starts).toEqual([8]);
  elected.open();
  await eventually(() => expect(starts).toEqual([8, 13]));
  expect(deleted).toEqual(['consumer-1']);
  stop.abort();
  await reading;
  expect(taken).toHaveLength(3);
  expect(skipped).toEqual([]);
});

test('of a stream that was made anew nothing is read so', async () => {
  const { link, stored, makeAnew, elected } = clusterOfTest();
  stored.push(8);
  makeAnew();
  const { taken, reading } = read(link, new AbortController().signal);
  await new Promise((resolve) => setTimeout(resolve, 500));
  elected.open();
  await reading;
  expect(taken).toEqual([]);
});
