import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bus, connectNatsBus, type NatsConnectionSettings } from '@jambus/bus';
import { nkeys } from 'nats';
import { describeWithNats, type NatsServer } from '../brokers/nats/index.ts';
import { certificateFileOf, keystoreOf, makeCertificate } from '../brokers/provisioning/certificate.ts';
import { LONG_MS, refusalOf } from './driver-support.ts';

type KeyPair = ReturnType<typeof nkeys.createUser>;

/* Every way in, on a real server that is set up for it. */
await describeWithNats('signing in to NATS', { version: 'newest' }, (nats) => {
  let folder: string;
  let server: NatsServer | undefined;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'jambus-signing-in-'));
    await makeCertificate(folder);
  });
  afterEach(async () => {
    await server?.stop();
    server = undefined;
  });
  afterAll(() => rm(folder, { recursive: true }));

  const connect = (connection: Omit<NatsConnectionSettings, 'servers'>, scheme = 'nats'): Promise<Bus> =>
    connectNatsBus({
      connection: { servers: [`${scheme}://127.0.0.1:${server?.port}`], ...connection },
      onTrouble: () => {},
      connectWithinMs: 3_000,
    });

  /** It works, and publishes. */
  const works = async (connection: Omit<NatsConnectionSettings, 'servers'>, scheme?: string): Promise<void> => {
    const bus = await connect(connection, scheme);
    await bus.sink.publish([
      { channel: 'results', callSid: 'call', type: 'delivered', attributes: { id: 'r' }, payload: new Uint8Array(1) },
    ]);
    await bus.close();
  };
  const isRefused = async (connection: Omit<NatsConnectionSettings, 'servers'>, scheme?: string): Promise<void> => {
    expect(await refusalOf(connect(connection, scheme))).toMatchObject({ code: 'bus_refused' });
  };

  test(
    'with a token',
    async () => {
      server = await nats.start({ config: 'authorization { token: "s3cret" }' });
      await works({ token: 's3cret' });
      await isRefused({ token: 'wrong' });
    },
    LONG_MS,
  );

  test(
    'with an nkey',
    async () => {
      const user = nkeys.createUser();
      server = await nats.start({ config: `authorization { users: [ { nkey: ${user.getPublicKey()} } ] }` });
      await works({ nkey: seedOf(user) });
      await isRefused({ nkey: seedOf(nkeys.createUser()) });
    },
    LONG_MS,
  );

  test(
    'with a file of credentials, also after it was renewed',
    async () => {
      const [operator, account, system] = [nkeys.createOperator(), nkeys.createAccount(), nkeys.createAccount()];
      const limits = { mem_storage: -1, disk_storage: -1, streams: -1, consumer: -1 };
      const accountJwt = jwt(operator, account, 'account', { limits: { ...UNLIMITED, ...limits } });
      const systemJwt = jwt(operator, system, 'account', { limits: UNLIMITED });
      const config = `
        operator: ${jwt(operator, operator, 'operator', {})}
        system_account: ${system.getPublicKey()}
        resolver: MEMORY
        resolver_preload: { ${account.getPublicKey()}: ${accountJwt}, ${system.getPublicKey()}: ${systemJwt} }`;
      server = await nats.start({ config });
      const credentialsFile = join(folder, 'user.creds');
      for (const user of [nkeys.createUser(), nkeys.createUser()]) {
        await writeFile(credentialsFile, credentials(jwt(account, user, 'user', USER_LIMITS), seedOf(user)));
        await works({ credentialsFile });
      }
      const stranger = nkeys.createAccount();
      const user = nkeys.createUser();
      await writeFile(credentialsFile, credentials(jwt(stranger, user, 'user', USER_LIMITS), seedOf(user)));
      await isRefused({ credentialsFile });
    },
    LONG_MS,
  );

  test(
    'over TLS, and trusts nobody but the authority of the settings',
    async () => {
      const tls = `tls { cert_file: "${certificateFileOf(folder)}", key_file: "${keystoreOf(folder)}" }`;
      server = await nats.start({ config: tls });
      await works({ caFile: certificateFileOf(folder) }, 'tls');
      await isRefused({}, 'tls');
    },
    LONG_MS,
  );

  test(
    'over TLS with a certificate of its own, where the server asks for one',
    async () => {
      const [certFile, keyFile] = [certificateFileOf(folder), keystoreOf(folder)];
      const files = `cert_file: "${certFile}", key_file: "${keyFile}", ca_file: "${certFile}", verify: true`;
      server = await nats.start({ config: `tls { ${files} }` });
      await works({ caFile: certFile, certFile, keyFile }, 'tls');
      expect(await refusalOf(connect({ caFile: certFile }, 'tls'))).toBeDefined();
    },
    LONG_MS,
  );
});

const UNLIMITED = { subs: -1, data: -1, payload: -1, imports: -1, exports: -1, wildcards: true, conn: -1, leaf: -1 };
const USER_LIMITS = { subs: -1, data: -1, payload: -1 };

function seedOf(pair: KeyPair): string {
  return new TextDecoder().decode(pair.getSeed());
}

/** A token as NATS has them: https://docs.nats.io/running-a-nats-service/configuration/securing_nats/auth_intro/jwt */
function jwt(issuer: KeyPair, subject: KeyPair, type: string, claims: object): string {
  const base64url = (data: Uint8Array | string): string => Buffer.from(data).toString('base64url');
  const body = {
    iat: Math.floor(Date.now() / 1000),
    iss: issuer.getPublicKey(),
    sub: subject.getPublicKey(),
    name: 'test',
    nats: { type, version: 2, ...claims },
  };
  const jti = createHash('sha256').update(JSON.stringify(body)).digest('hex');
  const head = base64url(JSON.stringify({ typ: 'JWT', alg: 'ed25519-nkey' }));
  const signed = `${head}.${base64url(JSON.stringify({ ...body, jti }))}`;
  return `${signed}.${base64url(issuer.sign(new TextEncoder().encode(signed)))}`;
}

function credentials(token: string, seed: string): string {
  const block = (name: string, text: string): string => `-----BEGIN ${name}-----\n${text}\n------END ${name}------\n\n`;
  return block('NATS USER JWT', token) + block('USER NKEY SEED', seed);
}
