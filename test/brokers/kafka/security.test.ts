import { Kafka, type KafkaConfig, logLevel } from 'kafkajs';
import { describeWithKafka } from './describe-with-kafka.ts';
import type { SecuredListener } from './security.ts';
import { type KafkaBroker, startKafkaBroker } from './start-kafka-broker.ts';
import { unsecuredToken } from './unsecured-token.ts';

type Sasl = NonNullable<KafkaConfig['sasl']>;

const bearer = (lifetimeS: number): Sasl => ({
  mechanism: 'oauthbearer',
  oauthBearerProvider: () => Promise.resolve({ value: unsecuredToken('alice', lifetimeS) }),
});

const byPassword = (name: string, login: (password: string) => Sasl) => {
  return { name, good: login('rabbit'), bad: login('guessed'), refusal: 'KafkaJSSASLAuthenticationError' };
};
const username = 'alice';
const PLAIN = byPassword('PLAIN', (password) => ({ mechanism: 'plain', username, password }));

const MECHANISMS: readonly {
  readonly name: string;
  readonly good: Sasl;
  readonly bad: Sasl;
  readonly refusal: string;
}[] = [
  PLAIN,
  byPassword('SCRAM-SHA-256', (password) => ({ mechanism: 'scram-sha-256', username, password })),
  byPassword('SCRAM-SHA-512', (password) => ({ mechanism: 'scram-sha-512', username, password })),
  // kafkajs takes the broker's word that the token is no good for its consent, and is cut off by the next request.
  { name: 'OAUTHBEARER', good: bearer(60), bad: bearer(-600), refusal: 'No brokers in the broker pool' },
];

/** What becomes of somebody who wants to see the topics. */
async function enter({ brokers }: SecuredListener, config: Pick<KafkaConfig, 'sasl' | 'ssl'>): Promise<string> {
  const retry = { retries: 0 };
  const admin = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING, retry, ...config }).admin({ retry });
  try {
    await admin.connect();
    await admin.listTopics();
    return 'is in';
  } catch (error) {
    return String(error);
  } finally {
    await admin.disconnect();
  }
}

for (const version of ['newest', '3'] as const) {
  await describeWithKafka(`the secured listener of a Kafka broker, ${version}`, { version }, (kafka) => {
    const eachWhenOurs = kafka.ours ? test.each : test.skip.each;
    let broker: KafkaBroker;
    let secured: SecuredListener;
    let ssl: { readonly ca: string | undefined };

    beforeAll(async () => {
      if (!kafka.ours) return;
      broker = await startKafkaBroker({ version, security: { users: { alice: 'rabbit' }, tls: true } });
      if (broker.secured === undefined) throw new Error('it has none');
      secured = broker.secured;
      ssl = { ca: secured.ca };
    });

    afterAll(() => broker?.stop());

    eachWhenOurs(MECHANISMS)(
      'lets in over TLS who logs in with $name, and nobody else',
      async ({ good, bad, refusal }) => {
        expect(await enter(secured, { ssl, sasl: good })).toBe('is in');
        expect(await enter(secured, { ssl, sasl: bad })).toMatch(refusal);
      },
    );

    const whenOurs = kafka.ours ? test : test.skip;
    whenOurs('lets nobody in without a login, without TLS, or who does not trust its certificate', async () => {
      const { good } = PLAIN;
      expect(await enter(secured, { ssl })).toMatch('Closed connection');
      expect(await enter(secured, { sasl: good })).toMatch('Closed connection');
      expect(await enter(secured, { ssl: true, sasl: good })).toMatch('self-signed certificate');
    });
  });
}
