import { risksOf, type TopicFacts } from '../../../src/drivers/kafka/topic-settings.ts';

const SAFE: TopicFacts = {
  topic: 'jambonz.commands',
  settings: {
    cleanupPolicy: 'delete',
    maxMessageBytes: 1_048_588,
    timestampType: 'LogAppendTime',
    minInsyncReplicas: 2,
    uncleanElection: false,
  },
  replication: 3,
  brokers: 3,
  isCommands: true,
};
const risks = (facts: Partial<TopicFacts>, settings: Partial<TopicFacts['settings']> = {}) =>
  risksOf(
    { ...SAFE, ...facts, settings: { ...SAFE.settings, ...settings } },
    'kafka-configs.sh --bootstrap-server b:9092',
  );

test('a topic that holds what is promised has none, nor has one broker that was chosen alone', () => {
  expect(risks({})).toEqual([]);
  expect(risks({ brokers: 1, replication: 1 }, { minInsyncReplicas: 1 })).toEqual([]);
});

test('settings that nobody may see are not guessed at', () => {
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
])('%s is told once, with the command against it', (_, facts, settings, told) => {
  expect(risks(facts, settings)).toEqual([expect.stringMatching(told)]);
});

test('the clocks of publishers matter for commands only', () => {
  expect(risks({ isCommands: false }, { timestampType: 'CreateTime' })).toEqual([]);
});
