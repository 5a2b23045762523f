import { connect } from 'node:net';
import { join } from 'node:path';
import type { NatsServer } from '../brokers/nats/index.ts';
import { describeWithNats } from '../brokers/nats/index.ts';
import { type JambusCluster, startJambusCluster } from '../cluster/jambus-cluster.ts';
import { startCall } from '../simulator/index.ts';
import { type Consumer, examplesIn, makeConsumer, withNpm } from './consumer.ts';
import { greetsCalls, LONG_MS, printed, REQUIRES } from './greeted.ts';
import type { Tarballs } from './pack.ts';

/** Who works on NATS, with npm. */
export async function describeNatsConsumer(tarballs: () => Tarballs, folder: () => string): Promise<void> {
  await describeWithNats('a project that uses NATS', {}, (nats) => {
    let server: NatsServer;
    let cluster: JambusCluster;
    let consumer: Consumer;

    beforeAll(async () => {
      [server, consumer] = await Promise.all([
        nats.start(),
        makeConsumer(
          join(folder(), 'nats'),
          withNpm,
          tarballs(),
          ['client', 'bus', 'schema', 'contract'],
          'nats@2.29.3',
        ),
      ]);
      const bus = { JAMBUS_BUS: 'nats', JAMBUS_NATS_URL: server.url };
      cluster = await startJambusCluster({ gateways: 1, adapters: 1, bus });
    }, LONG_MS);
    afterEach(() => consumer.endPrograms());
    afterAll(async () => {
      await cluster.close();
      await server.stop();
    }, LONG_MS);

    test('has neither kafkajs nor what Kafka needs, and is told what Kafka would take', async () => {
      const code = `
        const missing = [];
        for (const name of ['kafkajs', 'snappy', 'lz4-napi', '@toondepauw/node-zstd']) {
          try { require.resolve(name) } catch { missing.push(name) }
        }
        import('@jambus/client/kafka').catch((error) => console.log(missing.join(), '|', error.message));`;
      expect(await consumer.evaluate('commonjs', code)).toMatch(
        /^kafkajs,snappy,lz4-napi,@toondepauw\/node-zstd \| .*'kafkajs'/,
      );
    });

    test(
      'compiles the example of the README and answers a call with it, imported or required',
      async () => {
        const [onNats = ''] = await examplesIn('packages/client/README.md');
        expect(onNats).toContain("'nats://127.0.0.1:4222'");
        const example = onNats.replace("'nats://127.0.0.1:4222'", `'${server.url}'`);
        await consumer.compile({ 'greet.ts': example, 'required.cts': REQUIRES('nats', 'connectNatsClient') });
        expect(await consumer.evaluate('commonjs', "require('./out/required.cjs')")).toBe('function bad_config\n');
        await greetsCalls(consumer, cluster);
      },
      LONG_MS,
    );

    test(
      'reads on behind a carriage return in a subject, which its nats by itself does not',
      async () => {
        const reader = await consumer.start('programs/read-nats.js', server.url);
        await printed(reader, 'ready');
        await publishRaw(server.port, 'jambonz.events.a\rb.session.new');
        const call = startCall({ url: cluster.websocketUrl, speed: 10 });
        try {
          await printed(reader, `session:new ${call.callSid}`);
          // So says the library of the connection that is not the client's.
          await printed(reader, 'reader closed');
          expect((await reader.printed()).match(/reader closed/g)).toHaveLength(1);
        } finally {
          await call.abort();
        }
      },
      LONG_MS,
    );

    test('imports the contract, and finds its files', async () => {
      const [, example = ''] = await examplesIn('packages/contract/README.md');
      await consumer.compile({ 'contract.ts': example });
      const [length, event, id] = (await consumer.evaluate('module', "await import('./out/contract.js')")).split(' ');
      expect(Number(length)).toBeGreaterThan(100_000);
      expect(event).toMatch(/@jambus\/contract\/schemas\/event\.schema\.json$/);
      expect(id).toMatch(/command/);
      const all = `import { readFile } from 'node:fs/promises'; import { asyncApi, reference, schemas } from '@jambus/contract';
        for (const file of [asyncApi, reference, ...Object.values(schemas)]) await readFile(file);
        console.log(import.meta.resolve('@jambus/contract/asyncapi.yaml') === asyncApi.href);`;
      expect(await consumer.evaluate('module', all)).toBe('true\n');
    });
  });
}

/** Publishes without a client, which would not take such a subject. Resolves when the server has it. */
function publishRaw(port: number, subject: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.on('error', reject);
    socket.on('data', (data) => {
      if (!data.includes('PONG')) return;
      socket.destroy();
      resolve();
    });
    socket.write(`CONNECT {"verbose":false}\r\nPUB ${subject} 2\r\nhi\r\nPING\r\n`);
  });
}
