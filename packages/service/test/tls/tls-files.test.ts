import { copyFile, readFile, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import { createLogger } from '@jambus/telemetry';
import {
  type Authority,
  type CertificateFiles,
  type CertificateFolder,
  makeCertificateFolder,
} from '../../../../test/fixtures/certificates.ts';
import { createHttpServer, loadTlsFiles, type TlsFileNames, type TlsFiles } from '../../src/tls/index.ts';

const POLL_MS = 20;

describe('files for TLS', () => {
  let folder: CertificateFolder;
  let authority: Authority;
  let first: CertificateFiles;
  let second: CertificateFiles;
  let own: Required<TlsFileNames> & CertificateFiles & { readonly ca: string };
  let lines: string[];
  const ends: (() => void)[] = [];

  beforeAll(async () => {
    folder = await makeCertificateFolder();
    authority = await folder.authority('authority');
    [first, second] = [await authority.issue('first'), await authority.issue('second')];
    own = {
      cert: join(folder.path, 'own.pem'),
      key: join(folder.path, 'own.key'),
      ca: join(folder.path, 'own-ca.pem'),
    };
  });
  afterAll(() => folder.remove());
  beforeEach(async () => {
    lines = [];
    await put(first);
    await copyFile(authority.ca, own.ca);
  });
  afterEach(() => {
    for (const end of ends.splice(0)) end();
  });

  async function put({ cert, key }: CertificateFiles): Promise<void> {
    await copyFile(cert, own.cert);
    await copyFile(key, own.key);
  }

  async function load(files: TlsFileNames = { cert: own.cert, key: own.key }): Promise<TlsFiles> {
    const logger = createLogger({ service: 'test', level: 'info', destination: { write: (line) => lines.push(line) } });
    const loaded = (await loadTlsFiles({ files, purpose: 'the test', logger, pollMs: POLL_MS })) as TlsFiles;
    ends.push(() => loaded.close());
    return loaded;
  }

  /** A server with these files, and who it says it is to whoever connects. */
  async function serve(files: TlsFiles): Promise<(options?: object) => Promise<string>> {
    const server = createHttpServer({}, files);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ends.push(() => server.close());
    const { port } = server.address() as AddressInfo;
    const ca = await readFile(authority.ca, 'utf8');
    return (options = {}) =>
      new Promise((resolve, reject) => {
        const socket: TLSSocket = connect({ port, host: '127.0.0.1', ca, ...options }, () => {
          const { subject } = socket.getPeerCertificate() as PeerCertificate;
          resolve(`${subject.CN} ${socket.getProtocol()}`);
          socket.destroy();
        });
        socket.on('error', reject);
      });
  }

  async function eventually(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
    const until = Date.now() + 8_000;
    while (!(await holds())) {
      if (Date.now() > until) throw new Error(`waited in vain: ${what}\n${lines.join('')}`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  test('are not looked for when none is named', async () => {
    expect(
      await loadTlsFiles({ files: {}, purpose: 'nothing', logger: createLogger({ service: 't', level: 'fatal' }) }),
    ).toBe(undefined);
  });

  test('that are new are served to new connections, and the log says whose they are', async () => {
    const who = await serve(await load());
    expect(await who()).toMatch(/^first /);
    await put(second);
    await eventually('the second certificate', async () => (await who()).startsWith('second '));
    expect(lines.join('')).toMatch(/new TLS files read.*|"subject":"CN=second"/);
    expect(lines.join('')).not.toContain('PRIVATE KEY');
  });

  test.each<[string, () => Promise<void>, RegExp]>([
    ['that is cut short', async () => writeFile(own.cert, (await readFile(second.cert, 'utf8')).slice(0, 300)), /end/],
    ['that is empty', () => writeFile(own.cert, ''), /no certificate/],
    ['of another key', () => copyFile(second.cert, own.cert), /mismatch/],
    ['that is something else', () => copyFile(own.key, own.cert), /./],
  ])('with a certificate %s are left out, and said once; the next good ones are used', async (_what, spoil, reason) => {
    const who = await serve(await load());
    await spoil();
    const warnings = () => lines.filter((line) => line.includes('"level":"warn"'));
    await eventually('a warning', () => warnings().length > 0);
    await new Promise((resolve) => setTimeout(resolve, 5 * POLL_MS));
    expect(warnings()).toHaveLength(1);
    expect(JSON.parse(warnings()[0] ?? '')).toMatchObject({
      msg: 'new TLS files cannot be used, the former ones stay',
      reason: expect.stringMatching(reason),
    });
    expect(await who()).toMatch(/^first /);
    await put(second);
    await eventually('the second certificate', async () => (await who()).startsWith('second '));
  });

  test.each<[string, () => Promise<void>]>([
    ['a file is not there', async () => {}],
    ['a key is empty', () => writeFile(own.key, '')],
    ['an authority is none', () => writeFile(own.ca, 'nobody')],
    [
      'the second of two authorities is cut short',
      async () => {
        const pem = await readFile(authority.ca, 'utf8');
        await writeFile(own.ca, pem + pem.slice(0, 200));
      },
    ],
  ])('do not let a process start when %s', async (what, spoil) => {
    await spoil();
    const files = what === 'a file is not there' ? { ...own, cert: join(folder.path, 'missing.pem') } : own;
    await expect(load(files)).rejects.toMatchObject({
      code: 'bad_config',
      message: expect.stringContaining('TLS of the test: '),
    });
  });

  test('are for TLS 1.2 and newer', async () => {
    const who = await serve(await load());
    expect(await who({ maxVersion: 'TLSv1.2' })).toBe('first TLSv1.2');
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' };
    await expect(who(old)).rejects.toThrow(/alert|version|reset|disconnected/i);
  });
});
