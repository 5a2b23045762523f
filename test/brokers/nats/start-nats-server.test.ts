import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connect, type NatsConnection } from 'nats';
import { freePort } from '../provisioning/free-port.ts';
import { inAnotherProcess } from '../provisioning/in-another-process.ts';
import { isRunning } from '../provisioning/is-running.ts';
import { describeWithNats } from './describe-with-nats.ts';
import { serverInfo } from './server-info.ts';
import { type NatsServer, type NatsServerOptions, startNatsServer } from './start-nats-server.ts';

/** Starts a server, says where, and stays. */
const ANNOUNCES = `
  const { url, folder } = await broker.startNatsServer();
  process.stdout.write(JSON.stringify({ url, folder }));
  setInterval(() => {}, 1000);`;

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function start(options: NatsServerOptions): Promise<NatsServer> {
  const server = await startNatsServer(options);
  closing.push(() => server.stop());
  return server;
}

async function client({ url }: NatsServer): Promise<NatsConnection> {
  const connection = await connect({ servers: url, reconnect: false });
  closing.push(() => connection.close());
  return connection;
}

async function storeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'jambus-store-'));
  closing.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

function answers({ url }: { readonly url: string }): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return serverInfo(hostname, Number(port)).then(
    () => true,
    () => false,
  );
}

for (const version of ['newest', '2.9'] as const) {
  await describeWithNats(`a NATS server, ${version}`, { version }, (nats) => {
    const whenOurs = nats.ours ? test : test.skip;

    test('answers with JetStream once it has started', async () => {
      const server = await start({ version });
      const connection = await client(server);
      expect(connection.info?.version).toBe(server.version);
      const manager = await connection.jetstreamManager();
      expect(await manager.getAccountInfo()).toHaveProperty('streams');
    });

    whenOurs('keeps the messages of a stream when it is killed and started again', async () => {
      const server = await start({ version });
      const before = await client(server);
      await (await before.jetstreamManager()).streams.add({ name: 'kept', subjects: ['kept.>'] });
      await before.jetstream().publish('kept.one', 'hello');
      const firstPid = server.pid;

      await server.kill();
      expect(isRunning(firstPid)).toBe(false);
      await before.closed();
      expect(await answers(server)).toBe(false);

      await server.restart();
      expect(server.pid).not.toBe(firstPid);
      const after = await client(server);
      const message = await (await after.jetstreamManager()).streams.getMessage('kept', { seq: 1 });
      expect(message.string()).toBe('hello');
    });
  });
}

await describeWithNats('a NATS server of a test', {}, (nats) => {
  const whenOurs = nats.ours ? test : test.skip;

  whenOurs('has a port and a store of its own', async () => {
    const [one, other] = await Promise.all([nats.start(), nats.start()]);
    closing.push(
      () => one.stop(),
      () => other.stop(),
    );
    expect(one.port).not.toBe(other.port);
    await (await (await client(one)).jetstreamManager()).streams.add({ name: 'mine', subjects: ['mine'] });
    const elsewhere = await (await client(other)).jetstreamManager();
    expect((await elsewhere.getAccountInfo()).streams).toBe(0);
  });

  whenOurs('is gone with its folder once it is stopped, and stays so', async () => {
    const server = await start({});
    const folder = server.folder ?? '';
    expect(await readdir(folder)).toContain('jetstream');
    await server.stop();
    expect(existsSync(folder)).toBe(false);
    expect(isRunning(server.pid)).toBe(false);
    expect(await answers(server)).toBe(false);
    await expect(server.restart()).rejects.toThrow('stopped for good');
    await server.stop();
  });

  whenOurs('is restarted while it is running, too', async () => {
    const server = await start({});
    const { pid } = server;
    await server.restart();
    expect(isRunning(pid)).toBe(false);
    expect((await client(server)).info?.port).toBe(server.port);
  });

  whenOurs('takes more lines of configuration, a port and a store, which stays when it is stopped', async () => {
    const storeDir = await storeFolder();
    const port = await freePort();
    const server = await start({ config: 'max_payload: 4096', port, storeDir });
    expect(server.url).toBe(`nats://127.0.0.1:${port}`);
    expect((await client(server)).info?.max_payload).toBe(4096);
    await server.stop();
    expect(await readdir(storeDir)).toEqual(['jetstream']);
  });

  whenOurs('that cannot start says why, and leaves nothing behind', async () => {
    const message = await startNatsServer({ config: 'no_such_option: 1' }).then(
      () => 'it started',
      (error: unknown) => String(error),
    );
    expect(message).toMatch(/does not start: exit code 1\n.*no_such_option/s);
    const folder = /(\S*jambus-nats-\w+)/.exec(message)?.[1] ?? '';
    expect(folder).not.toBe('');
    expect(existsSync(folder)).toBe(false);
  });

  whenOurs('does not take another one on its port for itself', async () => {
    const { port } = await start({});
    await expect(startNatsServer({ port })).rejects.toThrow('address already in use');
  });

  whenOurs('ends with the process that started it, even one that was killed', async () => {
    const starter = inAnotherProcess('nats/index.js', ANNOUNCES);
    closing.push(() => Promise.resolve(void starter.kill('SIGKILL')));
    const [output] = (await once(starter.stdout ?? starter, 'data')) as [Buffer];
    const left = JSON.parse(output.toString()) as { url: string; folder: string };
    expect(await answers(left)).toBe(true);
    starter.kill('SIGKILL');
    while ((await answers(left)) || existsSync(left.folder)) await delay(10); // Else the test times out.
  });

  whenOurs('does not keep the process that started it from ending', async () => {
    const starter = inAnotherProcess('nats/index.js', 'await broker.startNatsServer();');
    closing.push(() => Promise.resolve(void starter.kill('SIGKILL')));
    const [code] = (await once(starter, 'exit')) as [number | null];
    expect(code).toBe(0);
  });
});
