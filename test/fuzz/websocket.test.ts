import * as fc from 'fast-check';
import { EVENT_EXAMPLES } from '../../packages/contract/src/examples/index.ts';
import { fuzz } from './support/fuzz.ts';
import { byteMutants, jsonMutants, oddText } from './support/mutants.ts';
import { inPieces, rawFrames, sendRaw, upgradeRequest } from './support/raw.ts';
import { startTarget, type Target } from './support/target.ts';

const PROTOCOL = 'ws.jambonz.org';

/** What anybody can send who reaches the port of jambonz. */
describe('the port of jambonz', () => {
  let target: Target;
  beforeAll(async () => {
    target = await startTarget();
  }, 60_000);
  afterAll(() => target.stop(), 60_000);

  const requests = fc
    .tuple(
      fc.constantFrom('/ivr', '/', '*', '//', 'http://elsewhere/', `/${'a'.repeat(5_000)}`, '/%ff?x=%', '/../..'),
      fc.constantFrom(PROTOCOL, '', `${PROTOCOL}, other`, 'other', ',,,'),
      fc.array(
        fc.constantFrom(
          'Authorization: Basic',
          'Authorization: Basic %%%',
          `Authorization: ${'x'.repeat(9_000)}`,
          'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=99',
          'Sec-WebSocket-Extensions: ,;=',
          'Transfer-Encoding: chunked',
          'Content-Length: 5',
          'Upgrade: h2c',
          'Origin: null',
        ),
        { maxLength: 2 },
      ),
    )
    .map(([path, protocol, headers]) => Buffer.from(upgradeRequest(path, protocol, headers)));

  fuzz(
    'answers, or hangs up on, whatever comes in place of an upgrade',
    inPieces(fc.oneof(requests, byteMutants(requests), fc.uint8Array({ maxLength: 300 }))),
    { inputs: 100 },
    async (pieces) => {
      expect(await sendRaw(target.websocketPort, pieces)).not.toMatch(/^HTTP\/1\.1 500/);
      await target.unharmed();
    },
  );

  /** A call of its own for each socket, so that what is said changes something. */
  const callSids = fc.oneof({ weight: 3, arbitrary: fc.uuid() }, oddText);
  const FIRST = Object.values(EVENT_EXAMPLES).filter(
    ({ type }) => type.startsWith('session:') || type === 'call:status',
  );
  const conversations = callSids.chain((callSid) => {
    const own = <Message extends { data?: unknown }>(message: Message) => ({
      ...message,
      call_sid: callSid,
      data: typeof message.data === 'object' ? { ...message.data, call_sid: callSid } : message.data,
    });
    const first = fc.constantFrom(...FIRST.map(own)).map((message) => Buffer.from(JSON.stringify(message)));
    const mutants = jsonMutants(Object.values(EVENT_EXAMPLES).map(own)).map((text) => Buffer.from(text));
    const later = fc.array(rawFrames(fc.oneof({ weight: 4, arbitrary: mutants }, byteMutants(mutants)), 1), {
      minLength: 4,
      maxLength: 20,
    });
    return fc.tuple(rawFrames(first, 1), later).map(([start, rest]) => Buffer.concat([start, ...rest]));
  });

  fuzz(
    'takes what is said on websockets, or closes them, and another call goes on',
    inPieces(conversations),
    { inputs: 1_200, perValue: 12 },
    async (pieces) => {
      await sendRaw(target.websocketPort, [upgradeRequest('/ivr', PROTOCOL), ...pieces]);
      await target.unharmed();
    },
  );
});
