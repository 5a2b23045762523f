import * as fc from 'fast-check';
import { fuzz } from './support/fuzz.ts';
import { ADAPTER_FRAMES, HELLO } from './support/link-frames.ts';
import { byteMutants, jsonMutants, oddText } from './support/mutants.ts';
import { inPieces, rawFrame, rawFrames, sendRaw, upgradeRequest } from './support/raw.ts';
import { LINK_TOKEN, startTarget, type Target } from './support/target.ts';

const PATH = '/link';
const PROTOCOL = 'link.jambus.v2';
const AUTHORIZED = [`Authorization: Bearer ${LINK_TOKEN}`];

/** A defect that was taken for a fault of the peer would be the reason of a close. */
const DEFECT = /Cannot read|is not a function|undefined|is not iterable|Invalid array/;

/** What anybody can send who reaches the internal port, and what one can who has the token and is no adapter. */
describe('the internal port', () => {
  let target: Target;
  beforeAll(async () => {
    target = await startTarget();
  }, 60_000);
  afterAll(() => target.stop(), 60_000);

  const requests = fc
    .tuple(
      fc.constantFrom(PATH, '/', '/healthz', '/readyz', '/metrics', '/link?x', '/%ff', `/${'a'.repeat(9_000)}`),
      fc.constantFrom(PROTOCOL, '', 'other', `${PROTOCOL},${PROTOCOL}`),
      fc.array(fc.oneof(fc.constantFrom('Authorization: Bearer', 'Authorization: Bearer wrong'), oddText), {
        maxLength: 2,
      }),
    )
    .map(([path, protocol, headers]) => Buffer.from(upgradeRequest(path, protocol, headers)));

  fuzz(
    'lets nobody in without the token',
    inPieces(fc.oneof({ weight: 2, arbitrary: requests }, byteMutants(requests), fc.uint8Array({ maxLength: 300 }))),
    { inputs: 100 },
    async (pieces) => {
      const heard = await sendRaw(target.linkPort, pieces);
      expect(heard).not.toMatch(/^HTTP\/1\.1 (?:101|500)/);
      await target.unharmed();
    },
  );

  const frame = (header: string, payload: Uint8Array): Buffer => {
    const prefix = Buffer.alloc(8);
    prefix.writeUInt32BE(Buffer.byteLength(header), 0);
    prefix.writeUInt32BE(payload.length, 4);
    return Buffer.concat([prefix, Buffer.from(header), payload]);
  };
  const hello = rawFrame({
    fin: true,
    rsv: 0,
    opcode: 2,
    masked: true,
    payload: frame(JSON.stringify(HELLO), new Uint8Array(0)),
    claimed: undefined,
  });
  const PAYLOADS = ['', '[]', '[{"verb":"say","text":"x"}]', '{"type":"command"}', '{"verbs":[],"ids":[]}', '{'];
  const mutants = fc
    .tuple(
      jsonMutants(ADAPTER_FRAMES),
      fc.oneof(fc.constantFrom(...PAYLOADS.map((text) => Buffer.from(text))), fc.uint8Array({ maxLength: 50 })),
    )
    .map(([header, payload]) => frame(header, payload));
  const conversations = fc
    .tuple(
      fc.boolean(),
      fc.array(rawFrames(fc.oneof({ weight: 5, arbitrary: mutants }, byteMutants(mutants)), 2), {
        minLength: 1,
        maxLength: 12,
      }),
    )
    .map(([greets, frames]) => Buffer.concat([...(greets ? [hello] : []), ...frames]));

  fuzz(
    'takes frames of one who has the token, or cuts the link, and its own adapter goes on',
    inPieces(conversations),
    { inputs: 700, perValue: 7 },
    async (pieces) => {
      const heard = await sendRaw(target.linkPort, [upgradeRequest(PATH, PROTOCOL, AUTHORIZED), ...pieces]);
      expect(heard).toMatch(/^HTTP\/1\.1 101/);
      expect(heard).not.toMatch(DEFECT);
      await target.unharmed();
    },
  );
});
