import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeWithNats, type NatsServer } from '../../../../test/brokers/nats/index.ts';
import { startTcpProxy } from '../../../../test/fixtures/tcp-proxy.ts';
import { connectNatsClient } from '../../src/nats/index.ts';

const IVR = { user: 'ivr', password: 'secret' };
const USERS = `
authorization { users: [
  { user: "ivr", password: "secret" }
  { user: "reader", password: "secret", permissions: { publish: { deny: "jambonz.commands.>" } } }
] }`;

await describeWithNats('connecting a client', {}, (nats) => {
  const whenOurs = nats.ours ? test : test.skip;
  let server: NatsServer;

  beforeAll(async () => {
    server = await nats.start(nats.ours ? { config: USERS } : {});
  }, 600_000);
  afterAll(() => server.stop());

  whenOurs('who is not known to the server is refused', async () => {
    const servers = [server.url];
    await expect(connectNatsClient({ servers })).rejects.toMatchObject({ code: 'bus_refused' });
    await expect(connectNatsClient({ servers, user: 'ivr', password: 'wrong' })).rejects.toMatchObject({
      code: 'bus_refused',
    });
    const client = await connectNatsClient({ servers, ...IVR });
    await client.close();
  });

  whenOurs('who may not publish commands is told at once', async () => {
    const troubles: string[] = [];
    const client = await connectNatsClient({
      servers: [server.url],
      user: 'reader',
      password: 'secret',
      onTrouble: ({ message }) => troubles.push(message),
    });
    const sent = client.commands.send('c1', { type: 'command', command: 'redirect', data: [] });
    await expect(sent).rejects.toMatchObject({ code: 'bus_refused', message: expect.stringContaining('no right') });
    expect(troubles.join()).toContain('jambonz.commands.c1');
    await client.close();
  });

  test('a server that is not there is waited for, but not for ever', async () => {
    const proxy = await startTcpProxy(server.port);
    proxy.cut();
    const connection = { servers: [`nats://127.0.0.1:${proxy.port}`], ...(nats.ours && IVR) };
    const tooShort = connectNatsClient({ ...connection, connectWithinMs: 1 });
    await expect(tooShort).rejects.toMatchObject({ code: 'bus_unavailable' });
    const stopped = connectNatsClient({ ...connection, signal: AbortSignal.timeout(1) });
    await expect(stopped).rejects.toMatchObject({ code: 'stopped' });
    const connecting = connectNatsClient(connection);
    // So that its first attempt is in vain.
    await sleep(50);
    proxy.restore();
    await (await connecting).close();
    await proxy.close();
  });

  test('credentials that are none are told as such, without what stands in them', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'jambus-client-'));
    const credentialsFile = join(folder, 'user.creds');
    await writeFile(credentialsFile, 'SUSECRET');
    const failure: unknown = await connectNatsClient({ servers: [server.url], credentialsFile }).catch(
      (error) => error,
    );
    expect(failure).toMatchObject({ code: 'bad_config' });
    expect(String(failure)).not.toContain('SUSECRET');
    await rm(folder, { recursive: true });
  });
});
