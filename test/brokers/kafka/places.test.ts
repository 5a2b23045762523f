import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BROKERS_SETTING, fromMaven, givenBroker } from './places.ts';

const SETTINGS = [BROKERS_SETTING, 'JAVA_HOME'] as const;
const before = SETTINGS.map((name) => [name, process.env[name]] as const);

afterEach(() => {
  for (const [name, value] of before) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
});

test('nothing is given when the environment names no broker', async () => {
  process.env[BROKERS_SETTING] = '';
  expect(await givenBroker()).toBeUndefined();
});

test.each(['127.0.0.1:1', '127.0.0.1:1, 127.0.0.1:2', 'no broker'])(
  'a broker that is named and of no use is an error: %s',
  async (brokers) => {
    process.env[BROKERS_SETTING] = brokers;
    await expect(givenBroker()).rejects.toThrow(`${BROKERS_SETTING}=${brokers} is of no use: `);
  },
);

test('a Java that is missing, or older than Kafka runs on, is named as the reason', async () => {
  const home = await mkdtemp(join(tmpdir(), 'jambus-java-'));
  try {
    process.env['JAVA_HOME'] = home;
    await expect(fromMaven('any')).rejects.toThrow(`there is no ${join(home, 'bin', 'java')}`);
    process.env['JAVA_HOME'] = await oldJava(home);
    await expect(fromMaven('any')).rejects.toThrow('Kafka runs on Java 17 or newer, this is 11.0.27');
  } finally {
    await rm(home, { recursive: true, force: true });
  }
});

/** A Java home whose Java says that it is an old one. */
async function oldJava(home: string): Promise<string> {
  await mkdir(join(home, 'bin'));
  const says = 'openjdk 11.0.27 2025-04-15';
  await writeFile(join(home, 'bin', 'java'), `#!/bin/sh\necho '${says}'\n`, { mode: 0o755 });
  return home;
}
