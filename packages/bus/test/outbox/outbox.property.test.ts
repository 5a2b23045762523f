import { setImmediate as nextTurn } from 'node:timers/promises';
import { JambusError } from '@jambus/schema';
import fc from 'fast-check';
import { type BusMessage, DEFAULT_OUTBOX_SETTINGS, Outbox } from '../../src/index.ts';
import { eventOf } from '../support/records.ts';
import { idsOf } from '../support/sinks.ts';

/** What a broker does with one attempt. `partial` takes the first half of the batch and then fails. */
type Mood = 'takes' | 'away' | 'partial';

interface Sent {
  readonly callSid: string;
  readonly poison: boolean;
  /** Turns of the event loop before it is handed in. */
  readonly turns: number;
}

const sent: fc.Arbitrary<Sent> = fc.record({
  callSid: fc.constantFrom('a', 'b'),
  poison: fc.boolean().chain((maybe) => (maybe ? fc.boolean() : fc.constant(false))),
  turns: fc.nat(2),
});

test('whatever the broker does, all is published, each call in its order, and only the refused is answered so', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(sent, { maxLength: 40 }),
      fc.array(fc.constantFrom<Mood>('takes', 'away', 'partial'), { maxLength: 20 }),
      fc.integer({ min: 1, max: 10 }),
      async (messages, moods, maxBatchMessages) => {
        const poison = new Set(messages.flatMap((message, index) => (message.poison ? [String(index)] : [])));
        const log: BusMessage[] = [];
        let attempts = 0;
        let underWay = 0;
        let together = 0;
        const publish = async (batch: readonly BusMessage[]) => {
          together = Math.max(together, ++underWay);
          const mood = moods[attempts++] ?? 'takes';
          await nextTurn();
          underWay--;
          if (idsOf(batch).some((id) => poison.has(id))) throw new JambusError('bus_refused', 'poison');
          log.push(...(mood === 'takes' ? batch : mood === 'partial' ? batch.slice(0, batch.length >> 1) : []));
          if (mood !== 'takes') throw new JambusError('bus_unavailable', 'away');
        };
        const settings = { ...DEFAULT_OUTBOX_SETTINGS, maxBatchMessages, backoff: { firstMs: 1, maxMs: 1 } };
        const outbox = new Outbox({ publish }, { onTrouble: () => {}, settings });

        const answers = new Map<string, string>();
        for (const [index, { callSid, turns }] of messages.entries()) {
          for (let turn = 0; turn < turns; turn++) await nextTurn();
          const id = String(index);
          outbox.enqueue(eventOf(callSid, id), (error) => answers.set(id, error?.code ?? 'published'));
        }
        await outbox.close(60_000);

        expect(together).toBeLessThanOrEqual(1);
        messages.forEach((_, index) => {
          expect(answers.get(String(index))).toBe(poison.has(String(index)) ? 'bus_refused' : 'published');
        });
        // A reader that drops the ids it has seen, as the port allows a retried batch to be written twice.
        const read = [...new Set(idsOf(log).map(Number))];
        for (const callSid of ['a', 'b']) {
          const expected = messages.flatMap((message, index) =>
            message.callSid === callSid && !message.poison ? [index] : [],
          );
          expect(read.filter((index) => messages[index]?.callSid === callSid)).toEqual(expected);
        }
        expect(outbox.published + outbox.failed).toBe(messages.length);
        expect(outbox.pendingBytes).toBe(0);
      },
    ),
    { numRuns: 60 },
  );
});
