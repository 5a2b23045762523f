import { connect } from 'nats';
import { describeWithNats } from './describe-with-nats.ts';
import { URL_SETTING } from './places.ts';
import { type NatsServer, startNatsServer } from './start-nats-server.ts';

await describeWithNats('a NATS server that is named by the environment', {}, (nats) => {
  const before = process.env[URL_SETTING];
  let running: NatsServer;

  beforeEach(async () => {
    running = await nats.start();
  });

  afterEach(async () => {
    if (before === undefined) delete process.env[URL_SETTING];
    else process.env[URL_SETTING] = before;
    await running.stop();
  });

  test('is used as it is, and neither ended nor configured', async () => {
    process.env[URL_SETTING] = running.url;
    const version = running.version.startsWith('2.9.') ? '2.9' : 'newest';
    const server = await startNatsServer({ version });
    expect(server).toMatchObject({ url: running.url, port: running.port, version: running.version, pid: undefined });
    await expect(server.kill()).rejects.toThrow('not ours');
    await expect(server.restart()).rejects.toThrow('not ours');
    await expect(startNatsServer({ version, config: 'max_payload: 4096' })).rejects.toThrow('not ours');
    await server.stop();
    const connection = await connect({ servers: running.url, reconnect: false });
    await connection.close();
  });
});
