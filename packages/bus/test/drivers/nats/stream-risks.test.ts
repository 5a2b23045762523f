import { risksOfSize } from '../../../src/drivers/nats/stream-risks.ts';

test.each([
  [-1, 1_048_576, undefined],
  [-1, 65_536, /^max_payload of the NATS server is 65536 bytes/],
  [20_000, 1_048_576, /^max_msg_size of the stream of events is 20000 bytes/],
  [2_000_000, 65_536, /^max_payload .* 65536 bytes/],
])('a bus that takes less than gateways do is a risk that says what to raise: %d, %d', (size, maxPayload, says) => {
  const risks = risksOfSize({ max_msg_size: size }, maxPayload);
  if (says === undefined) expect(risks).toEqual([]);
  else expect(risks.join()).toMatch(says);
});
