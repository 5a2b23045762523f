import { join } from 'node:path';
import { findNatsServer } from '../brokers/nats/index.ts';
import { describeWithBroker } from '../brokers/provisioning/describe-with-broker.ts';
import { runCommand } from '../brokers/provisioning/run-command.ts';
import { REPOSITORY } from '../fixtures/repository.ts';
import { readCompose } from './compose/read-compose.ts';

const PASSWORD = '1234567890';
const CHECK_MS = 10_000;
const NOT_A_PROGRAM = { available: false, line: 'the nats-server of the tests is no program of this machine' } as const;

const source = await findNatsServer('newest');
const program = source.available && source.kind !== 'program' ? undefined : source;

describeWithBroker('the configurations of nats-server', program ?? NOT_A_PROGRAM, () => {
  /** Has the server read a file without starting. @throws Error with what it says about it */
  async function check(file: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
    if (!source.available || source.kind !== 'program') throw new Error('no program');
    return await runCommand(source.file, ['--config', file, '-t'], { env, timeoutMs: CHECK_MS });
  }

  test('of the compose file is one, with the variables that it gets there', async () => {
    const secrets = { JAMBUS_LINK_TOKEN: 'a-token-for-tests-only', JAMBUS_NATS_PASSWORD: PASSWORD };
    const { configs, services } = await readCompose(join(REPOSITORY, 'deploy/compose.yaml'), secrets);
    const file = join(REPOSITORY, 'deploy', configs['nats']?.file ?? '');
    await expect(check(file, services['nats']?.environment)).resolves.toBeDefined();
  });

  test('of an account for each application is one, and needs a password for each user', async () => {
    const file = join(REPOSITORY, 'deploy/nats/nats.conf');
    const names = ['jambonz_adapter', 'jambonz_microservice', 'jambonz_operator'];
    const env = Object.fromEntries(names.map((name) => [name, `"${PASSWORD}"`]));
    await expect(check(file, env)).resolves.toBeDefined();
    for (const name of names) {
      const { [name]: _, ...others } = env;
      await expect(check(file, others)).rejects.toThrow(name);
    }
  });

  test('of the overlay dev is one, and lets nobody in without user and password', async () => {
    const file = join(REPOSITORY, 'deploy/kubernetes/overlays/dev/nats.conf');
    await expect(check(file, { NATS_USER: 'jambus', NATS_PASSWORD: 'for-development-only' })).resolves.toBeDefined();
    await expect(check(file)).rejects.toThrow(/NATS_USER/);
  });
});
