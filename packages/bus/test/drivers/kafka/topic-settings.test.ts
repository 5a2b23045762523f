import { faultsOf, risksOf, type TopicFacts, type TopicSettings } from '../../../src/drivers/kafka/topic-settings.ts';

const SAFE_SETTINGS: TopicSettings = {
  cleanupPolicy: 'delete',
  retentionMs: 604_800_000,
  retentionBytes: -1,
  maxMessageBytes: 1_048_588,
  timestampType: 'LogAppendTime',
  minInsyncReplicas: 2,
  uncleanElection: false,
};
const SAFE: TopicFacts = {
  topic: 'jambonz.commands',
  channel: 'commands',
  settings: SAFE_SETTINGS,
  partitions: 8,
  replication: 3,
  inSync: 3,
  brokers: 3,
};
const REMEDIES = {
  configs: 'kafka-configs.sh --bootstrap-server b:9092',
  topics: 'kafka-topics.sh --bootstrap-server b:9092',
  acls: 'kafka-acls.sh --bootstrap-server b:9092 --add --allow-principal User:…',
};
const factsWith = (facts: Partial<TopicFacts>, settings: Partial<TopicSettings> = {}): TopicFacts => ({
  ...SAFE,
  settings: { ...SAFE_SETTINGS, ...settings },
  ...facts,
});
const risks = (...given: Parameters<typeof factsWith>) =>
  risksOf(factsWith(...given), REMEDIES).map(({ detail }) => detail);
const faults = (...given: Parameters<typeof factsWith>) => faultsOf(factsWith(...given), 1, REMEDIES);

test('a topic that holds what is promised has none, nor has one broker that was chosen alone', () => {
  expect(risks({})).toEqual([]);
  expect(risks({ brokers: 1, replication: 1 }, { minInsyncReplicas: 1 })).toEqual([]);
});

test('settings that a broker does not know are not guessed at', () => {
  const unseen = { minInsyncReplicas: undefined, uncleanElection: undefined, timestampType: undefined };
  expect(risks({}, unseen)).toEqual([]);
});

test.each([
  ['one copy on several brokers', { replication: 1 }, {}, /one copy on 3 brokers.*Give it 3 copies/],
  ['one copy on two brokers', { replication: 1, brokers: 2 }, {}, /Give it 2 copies/],
  ['a confirmation by one broker', {}, { minInsyncReplicas: 1 }, /--add-config min\.insync\.replicas=2$/],
  [
    'all copies for a confirmation',
    {},
    { minInsyncReplicas: 3 },
    /while one broker is away: .*min\.insync\.replicas=2$/,
  ],
  ['both of two copies for a confirmation', { replication: 2 }, {}, /while one broker is away: give it 3 copies/],
  [
    'a leader that lacks records',
    {},
    { uncleanElection: true },
    /--add-config unclean\.leader\.election\.enable=false$/,
  ],
  [
    'clocks of publishers',
    {},
    { timestampType: 'CreateTime' },
    /refused as expired: .*message\.timestamp\.type=LogAppendTime$/,
  ],
  [
    'a small batch',
    { channel: 'results' as const },
    { maxMessageBytes: 4_000 },
    /no more than 4000 bytes.*max\.message\.bytes=1048588$/,
  ],
  ['events kept for a minute', { channel: 'events' as const }, { retentionMs: 60_000 }, /retention\.ms=3600000$/],
  [
    'settings that we may not see',
    { settings: undefined },
    {},
    /--operation DescribeConfigs --topic jambonz.commands$/,
  ],
])('%s is told once, with the command against it', (_, facts, settings, told) => {
  expect(risks(facts, settings)).toEqual([expect.stringMatching(told)]);
});

test('the clocks of publishers matter for commands only', () => {
  expect(risks({ channel: 'events' }, { timestampType: 'CreateTime' })).toEqual([]);
});

test('what breaks a promise is a fault, with the command against it', () => {
  expect(faults({})).toEqual([]);
  expect(faults({ settings: undefined })).toEqual([]);
  const details = [
    faults({}, { cleanupPolicy: 'compact,delete' }),
    faults({}, { retentionMs: 60_000 }),
    faults({}, { retentionBytes: 1_000_000 }),
  ].map(([fault]) => fault?.detail);
  expect(details).toEqual([
    expect.stringMatching(/cleanup\.policy=compact,delete.*--add-config cleanup\.policy=delete$/),
    expect.stringMatching(/keeps 60000 ms.*--add-config retention\.ms=3600000$/),
    expect.stringMatching(/keeps 1000000 bytes.*--add-config retention\.bytes=67108864$/),
  ]);
  expect(faults({ channel: 'events' }, { retentionMs: 60_000 })).toEqual([]);
});

test('too few copies in sync are a fault that may pass, and never more than there are to be', () => {
  expect(faults({ inSync: 1 })).toMatchObject([{ passes: true, detail: expect.stringContaining('Start the brokers') }]);
  expect(faults({ inSync: 0 }, { minInsyncReplicas: 1 })).toMatchObject([{ passes: true }]);
  expect(faults({ inSync: 1, replication: 1 })).toEqual([]);
});
