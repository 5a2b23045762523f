import * as fc from 'fast-check';
import { COMMAND_EXAMPLES } from '../../packages/contract/src/examples/index.ts';
import { fuzz } from './support/fuzz.ts';
import { byteMutants, jsonMutants, oddText } from './support/mutants.ts';
import { inPieces, sendRaw } from './support/raw.ts';
import { startTarget, type Target } from './support/target.ts';

/** What anybody on this machine can send to the door. */
describe('the HTTP door', () => {
  let target: Target;
  beforeAll(async () => {
    target = await startTarget();
  }, 60_000);
  afterAll(() => target.stop(), 60_000);

  const encoded = oddText.map((text) => encodeURIComponent(Buffer.from(text).toString()));
  const paths = fc.oneof(
    { weight: 3, arbitrary: fc.uuid().map((callSid) => `/v1/commands/${callSid}`) },
    encoded.map((callSid) => `/v1/commands/${callSid}`),
    fc.constantFrom(
      '/v1/calls',
      '/v1/events',
      '/v1/results',
      '/healthz',
      '/readyz',
      '/metrics',
      '/v1/commands/',
      '/v1/commands/%ff',
    ),
    fc
      .tuple(fc.constantFrom('callSid', 'type', 'from', 'from=start&x'), encoded)
      .map(([key, value]) => `/v1/events?${key}=${value}`),
  );
  const bodies = jsonMutants(Object.values(COMMAND_EXAMPLES));
  const headers = fc.array(
    fc.oneof(
      fc.constantFrom(
        'Prefer: respond-async',
        'Expect: 100-continue',
        'Last-Event-ID: 0',
        'Last-Event-ID: 99999999999999999999',
        'Content-Encoding: gzip',
        'Content-Type: application/cloudevents+json',
        'ce-expirytime: 1970-01-01T00:00:00Z',
        'ce-expirytime: tomorrow',
        'ce-ifsequence: 1e9',
        'traceparent: 00-0-0-0',
      ),
      fc
        .tuple(fc.constantFrom('ce-id', 'ce-ifverbid', 'ce-x', 'traceparent', 'Host'), encoded)
        .map((pair) => pair.join(': ')),
    ),
    { maxLength: 4 },
  );
  const requests = fc
    .record({
      method: fc.oneof(
        { weight: 3, arbitrary: fc.constant('POST') },
        fc.constantFrom('GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'PURGE'),
      ),
      path: paths,
      more: headers,
      body: bodies,
      length: fc.oneof(
        { weight: 5, arbitrary: fc.constant(undefined) },
        fc.constantFrom('0', '5', '-1', '99999999', 'x'),
      ),
    })
    .map(({ method, path, more, body, length }) => {
      const sent = Buffer.from(body);
      const lines = [
        `${method} ${path} HTTP/1.1`,
        'Host: localhost',
        'Connection: close',
        'Content-Type: application/json',
        `Content-Length: ${length ?? sent.length}`,
        ...more,
      ];
      return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), sent]);
    });

  fuzz(
    'answers every request, and never with 500',
    inPieces(fc.oneof({ weight: 5, arbitrary: requests }, byteMutants(requests), fc.uint8Array({ maxLength: 300 }))),
    { inputs: 400 },
    async (pieces) => {
      const heard = await sendRaw(
        target.doorPort,
        pieces,
        (text) => text.includes('\r\n\r\n') && !text.startsWith('HTTP/1.1 100'),
      );
      expect(heard).not.toMatch(/^HTTP\/1\.1 (?:500|502)/);
      await target.unharmed();
    },
  );
});
