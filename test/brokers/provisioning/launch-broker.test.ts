import { lastLines } from './launch-broker.ts';

describe('of a broker that does not start', () => {
  test('the reason is kept, although the broker says more while it stops', () => {
    const log = [
      '[main] ERROR kafka.Kafka$ - Exiting Kafka due to fatal exception',
      'org.apache.kafka.common.KafkaException: Failed to load SSL keystore',
      '\tat org.apache.kafka.common.security.ssl.DefaultSslEngineFactory.load(DefaultSslEngineFactory.java:376)',
      '\t... 16 more',
      ...Array.from(
        { length: 6 },
        (_, i) => `[quorum-controller-1-event-handler] INFO QuorumController - ${i}\nof ${i}`,
      ),
    ].join('\n');
    expect(lastLines(log)).toBe(
      '[main] ERROR kafka.Kafka$ - Exiting Kafka due to fatal exception\n' +
        'org.apache.kafka.common.KafkaException: Failed to load SSL keystore',
    );
  });

  test('the last lines are kept when none of them is about trouble', () => {
    const log = Array.from({ length: 7 }, (_, i) => `[9] 2026/11/27 10:00:00.000000 [INF] ${i}`).join('\n');
    expect(lastLines(log).split('\n')).toHaveLength(5);
    expect(lastLines(log)).toMatch(/ 6$/);
  });
});
