import { findKafkaBroker, startKafkaBroker } from '../../brokers/kafka/index.ts';
import { findNatsServer, startNatsServer } from '../../brokers/nats/index.ts';
import { describeWithBroker } from '../../brokers/provisioning/describe-with-broker.ts';
import { type JambusCluster, startJambusCluster } from '../../cluster/jambus-cluster.ts';
import { type SimulatedCall, startCall } from '../../simulator/index.ts';
import { findPython } from './find-python.ts';
import { type PythonClient, type Seen, startPythonClient } from './python-client.ts';

interface Broker {
  /** Host and port. */
  readonly address: string;
  /** What adapters are started with. */
  readonly settings: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

const python = await findPython('test/contract/python', ['aiokafka', 'jsonschema', 'nats', 'yaml']);

describeWithPython('nats', await findNatsServer('newest'), async () => {
  const server = await startNatsServer({ version: 'newest' });
  return {
    address: new URL(server.url).host,
    settings: { JAMBUS_BUS: 'nats', JAMBUS_NATS_URL: server.url },
    stop: () => server.stop(),
  };
});

describeWithPython('kafka', await findKafkaBroker('newest'), async () => {
  const broker = await startKafkaBroker({ version: 'newest' });
  const address = broker.brokers.join(',');
  return {
    address,
    settings: { JAMBUS_BUS: 'kafka', JAMBUS_KAFKA_BROKERS: address },
    stop: () => broker.stop(),
  };
});

/* A client in another language that has read the document, and nothing of jambus. */
function describeWithPython(
  bus: 'nats' | 'kafka',
  source: Parameters<typeof describeWithBroker>[1],
  startBroker: () => Promise<Broker>,
) {
  describeWithBroker(`a client in Python on ${bus}`, python.available ? source : python, () => {
    let broker: Broker;
    let cluster: JambusCluster;
    let client: PythonClient;
    let call: SimulatedCall;
    let seen: Seen;

    beforeAll(async () => {
      if (!python.available) throw new Error(python.line);
      broker = await startBroker();
      cluster = await startJambusCluster({ gateways: 1, adapters: 1, bus: broker.settings });
      client = await startPythonClient(python, bus, broker.address);
      await client.ready();
      call = startCall({ url: cluster.websocketUrl, speed: 20 });
      seen = await client.seen();
    }, 120_000);

    afterAll(async () => {
      await call?.abort();
      await client?.close();
      await cluster?.close();
      await broker?.stop();
    }, 60_000);

    test('is heard by the caller', () => {
      const said = call.state.verbs.items.filter(({ name }) => name === 'say').map(({ data }) => data['text']);
      expect(said).toEqual(['Hello from Python', 'Hello it is me Mario']);
    });

    test('finds that everything has the form that the document promises', () => {
      expect(seen.faults).toEqual([]);
    });

    test('hears the whole call', () => {
      expect(seen.events[0]).toBe('session:new');
      expect(seen.events).toEqual(expect.arrayContaining(['verb:status', 'call:status']));
    });

    test('hears what became of each of its commands', () => {
      const outcomes = seen.results.filter(([, status]) => status === 'delivered' || status === 'rejected');
      const asked = bus === 'nats' ? [['ask', 'delivered', null]] : [];
      expect(outcomes).toEqual([
        ['answer', 'delivered', null],
        ['say', 'delivered', null],
        ['misspelt', 'rejected', 'invalid'],
        ...asked,
        ['hang-up', 'delivered', null],
      ]);
      expect(seen.deadLetters).toEqual([{ dlreason: 'invalid', dlattempts: '1' }]);
    });
  });
}
