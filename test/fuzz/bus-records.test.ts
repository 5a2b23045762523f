import * as fc from 'fast-check';
import { headersOf } from '../../packages/bus/src/drivers/nats/connection/headers.ts';
import { subjectOf } from '../../packages/bus/src/drivers/nats/subjects.ts';
import {
  type BusMessage,
  type CommandRecord,
  DEFAULT_LANES_SETTINGS,
  PartitionLanes,
} from '../../packages/bus/src/index.ts';
import { adapterFrames, FrameBatch } from '../../packages/link/src/index.ts';
import { busNames, createCommandParser, JambusError } from '../../packages/schema/src/index.ts';
import { decodeCommand, hasCall } from '../../services/adapter/src/commands/decode-command.ts';
import { commandResult, resultMessage, terminalResultId } from '../../services/adapter/src/reports/result-message.ts';
import { anyAttributes, anyName, anyPayload } from './bus-arbitraries.ts';
import { BUS_FUZZ_MS, BUS_FUZZ_RUNS } from './bus-runs.ts';

const NAMES = busNames();
const MOST_HEADER_BYTES = 65_536;
const MAX_PAYLOAD = 1_048_576;
/** What a result may have besides its detail: no broker is set so that it does not take this. */
const MOST_RESULT_BYTES = 8_192;

interface Given {
  readonly callSid: string;
  readonly attributes: Record<string, string>;
  readonly payload: Uint8Array;
}

const anyRecord: fc.Arbitrary<Given> = fc.record({
  callSid: fc.oneof(fc.constant('call'), anyName),
  attributes: anyAttributes,
  payload: anyPayload,
});

const given = (attributes: Record<string, string>, payload = '{', callSid = 'call'): [Given] => [
  { callSid, attributes, payload: Buffer.from(payload) },
];
const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const REDIRECT = '{"type":"command","command":"redirect","data":[{"verb":"hangup"}]}';

/** What was found once. */
const FOUND: [Given][] = [
  given({ x: 'y'.repeat(65_470) }),
  given({ id: 'i'.repeat(60_000) }, REDIRECT),
  given({ id: 'a\rb' }, REDIRECT),
  given({ 'a\nb': 'x' }),
  given({ traceparent: `01${TRACE.slice(2)}-${'0'.repeat(600)}` }, REDIRECT),
  given({ traceparent: TRACE, tracestate: 's'.repeat(60_000) }, REDIRECT),
  given({ ifverbid: 'v'.repeat(60_000) }, REDIRECT),
  given({}, '{', 'a\u00a0b'),
  given({}, '{', 'x'.repeat(100_000)),
];

const recordOf = ({ callSid, attributes, payload }: Given, offset: number): CommandRecord => ({
  callSid,
  attributes,
  payload,
  publishedAt: Date.UTC(2026, 0, 1),
  position: `log/0/${offset}`,
  maybeRepeated: false,
  replyTo: undefined,
});

/** Its headers as they go onto the wire. */
function blockBytes({ attributes }: BusMessage): number {
  const headers: unknown = headersOf(attributes, 'an id for the stream');
  return (headers as { encode(): Uint8Array }).encode().byteLength;
}

/** What a NATS server with the usual limits says of a message. @throws JambusError `bus_refused` */
function publishOnNats(message: BusMessage): void {
  const subject = subjectOf(message, NAMES);
  if (subject === undefined) throw new JambusError('bus_refused', 'no subject');
  const headers = blockBytes(message);
  if (headers >= MOST_HEADER_BYTES) throw new JambusError('bus_refused', `headers of ${headers} bytes`);
  if (headers + message.payload.byteLength > MAX_PAYLOAD) throw new JambusError('bus_refused', 'too large');
}

describe('whatever a record of the commands is made of', () => {
  test(
    'it can be a dead letter, says so once, and its partition goes on',
    async () => {
      const property = fc.asyncProperty(anyRecord, async (record) => {
        const letters: BusMessage[] = [];
        let advanced = -1;
        const lanes = new PartitionLanes({
          handler: async () => ({ kind: 'dead-letter', reason: 'invalid', detail: 'nonsense' }),
          publishDeadLetter: async (letter) => {
            publishOnNats(letter);
            letters.push(letter);
          },
          channelName: NAMES.commands,
          startAfter: -1,
          onAdvance: (watermark) => {
            advanced = watermark;
          },
          onTrouble: () => {},
          // A wait between two forms of a letter would show.
          settings: { ...DEFAULT_LANES_SETTINGS, backoff: { firstMs: 60_000, maxMs: 60_000 } },
        });
        lanes.push(recordOf(record, 0), 0);
        for (let turn = 0; turn < 50 && advanced < 0; turn++) await Promise.resolve();
        await lanes.stop(0);
        expect(advanced).toBe(0);
        expect(letters).toHaveLength(1);
        expect(letters[0]?.attributes).toMatchObject({ dlreason: 'invalid', dlorigin: 'jambonz.commands/log/0/0' });
        const isWhole = letters[0]?.payload === record.payload;
        expect(letters[0]?.attributes['dlomitted']).toBe(isWhole ? undefined : String(record.payload.byteLength));
      });
      await fc.assert(property, { numRuns: BUS_FUZZ_RUNS, examples: FOUND });
    },
    BUS_FUZZ_MS,
  );

  test(
    'its result can be published, and no link breaks on it',
    () => {
      const options = {
        parser: createCommandParser(),
        allowCommands: undefined,
        commandTtlMs: 30_000,
        unknownCallGraceMs: 1_000,
      };
      const property = fc.property(anyRecord, (of) => {
        const record = recordOf(of, 0);
        if (!hasCall(record)) return;
        const decoded = decodeCommand(record, false, options);
        const [id, detail] = decoded.ok ? [decoded.command.id, decoded.command.warning] : [decoded.id, decoded.detail];
        const verdict = {
          status: 'rejected',
          code: 'invalid',
          at: 0,
          ...(detail !== undefined && { detail }),
        } as const;
        const { traceparent = TRACE, resultTrace } = decoded.ok ? decoded.command : {};
        const result = resultMessage(commandResult(record.callSid, id, verdict), terminalResultId(record.position), {
          traceparent,
          tracestate: resultTrace?.tracestate,
        });
        publishOnNats(result);
        expect(blockBytes(result) + result.payload.byteLength).toBeLessThan(MOST_RESULT_BYTES);
        if (!decoded.ok) return;
        const batch = new FrameBatch();
        batch.add({ t: 'command', n: 1, ...decoded.command }, decoded.payload);
        let frames = 0;
        adapterFrames.read(batch.take(), () => frames++);
        expect(frames).toBe(1);
      });
      fc.assert(property, { numRuns: BUS_FUZZ_RUNS, examples: FOUND });
    },
    BUS_FUZZ_MS,
  );
});
