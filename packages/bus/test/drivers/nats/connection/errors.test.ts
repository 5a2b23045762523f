import { JambusError } from '@jambus/schema';
import { ErrorCode, NatsError } from 'nats';
import { fromApiError, fromNats } from '../../../../src/drivers/nats/connection/errors.ts';

test.each([
  [ErrorCode.Timeout, 'bus_unavailable'],
  [ErrorCode.ConnectionRefused, 'bus_unavailable'],
  [ErrorCode.Disconnect, 'bus_unavailable'],
  [ErrorCode.NoResponders, 'bus_unavailable'],
  [ErrorCode.AuthorizationViolation, 'bus_refused'],
  [ErrorCode.PermissionsViolation, 'bus_refused'],
  [ErrorCode.MaxPayloadExceeded, 'bus_refused'],
  [ErrorCode.BadHeader, 'bus_refused'],
  [ErrorCode.ConnectionClosed, 'stopped'],
])('the client saying %s is %s', (code, expected) => {
  const error = fromNats(NatsError.errorForCode(code), 'publishing');
  expect(error).toMatchObject({ code: expected, message: expect.stringContaining('publishing') });
});

test.each([
  ['ECONNRESET', 'bus_unavailable'],
  ['ENOTFOUND', 'bus_unavailable'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'bus_refused'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'bus_refused'],
])('a socket failing with %s is %s', (code, expected) => {
  expect(fromNats(Object.assign(new Error('no'), { code }), 'connecting')).toMatchObject({ code: expected });
});

test.each([
  [503, 10_008, 'bus_unavailable'],
  [500, 10_049, 'bus_unavailable'],
  [404, 10_059, 'bus_unavailable'],
  // It is in process; and a server is away that is to have a copy.
  [409, 10_158, 'bus_unavailable'],
  [400, 10_005, 'bus_unavailable'],
  [400, 10_002, 'bus_unavailable'],
  [400, 10_026, 'bus_unavailable'],
  [400, 10_093, 'bus_unavailable'],
  [400, 10_109, 'bus_unavailable'],
  [400, 10_052, 'bus_refused'],
  [400, 10_054, 'bus_refused'],
])('JetStream answering %i, number %i, is %s', (code, number, expected) => {
  expect(fromApiError({ code, err_code: number, description: 'no' }, 'publishing')).toMatchObject({ code: expected });
});

test.each(['maximum bytes exceeded', 'maximum messages exceeded', 'maximum messages per subject exceeded'])(
  'a full stream says so, and may have room later: %s',
  (description) => {
    expect(fromApiError({ code: 503, err_code: 10_077, description }, 'publishing on a.commands.c')).toMatchObject({
      code: 'bus_unavailable',
      retryable: true,
      message: expect.stringMatching(/^publishing on a\.commands\.c: the stream is full .*adapters.* are not reading/),
    });
  },
);

test('what a stream cannot store for another reason is not called full', () => {
  const { code, message } = fromApiError({ code: 503, err_code: 10_077, description: 'disk failed' }, 'publishing');
  expect([code, message]).toEqual(['bus_unavailable', 'publishing: disk failed (JetStream error 10077)']);
});

test('what is ours already stays as it is, and what nobody knows is a defect', () => {
  const ours = new JambusError('overloaded', 'full');
  expect(fromNats(ours, 'publishing')).toBe(ours);
  expect(fromNats(new TypeError('x is undefined'), 'publishing')).toMatchObject({ code: 'internal', retryable: false });
  expect(fromNats(undefined, 'connecting')).toMatchObject({ code: 'bus_unavailable' });
});
