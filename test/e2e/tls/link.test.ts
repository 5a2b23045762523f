import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Authority,
  type CertificateFiles,
  type CertificateFolder,
  makeCertificateFolder,
} from '../../fixtures/index.ts';
import { type AdapterHandle, type Cluster, eventually, startCluster, TOKEN } from '../cluster-harness.ts';

interface Ready {
  readonly checks: { readonly gateways: { readonly ok: boolean; readonly detail: string } };
}

/** A gateway that speaks TLS on its internal port and asks adapters for a certificate, and adapters of every kind. */
describe('TLS of the link', () => {
  let folder: CertificateFolder;
  let ours: Authority;
  let theirs: Authority;
  let gatewayFiles: CertificateFiles;
  let adapterFiles: CertificateFiles;
  let cluster: Cluster;

  beforeAll(async () => {
    folder = await makeCertificateFolder();
    [ours, theirs] = [await folder.authority('ours'), await folder.authority('theirs')];
    gatewayFiles = await ours.issue('gateway');
    adapterFiles = await ours.issue('adapter');
  });
  afterAll(() => folder.remove());
  beforeEach(async () => {
    cluster = await startCluster();
  });
  afterEach(() => cluster.close());

  const tls = ({ cert, key }: CertificateFiles, ca?: string): Record<string, string> => ({
    JAMBUS_LINK_TLS_CERT: cert,
    JAMBUS_LINK_TLS_KEY: key,
    ...(ca !== undefined && { JAMBUS_LINK_TLS_CA: ca }),
  });
  const addAdapter = (port: number, settings: Record<string, string>): Promise<AdapterHandle> =>
    cluster.addAdapter({ JAMBUS_GATEWAYS: `wss://127.0.0.1:${port}`, ...settings });
  const gateways = async ({ adminUrl }: AdapterHandle): Promise<Ready['checks']['gateways']> =>
    ((await (await fetch(`${adminUrl}/readyz`)).json()) as Ready).checks.gateways;
  const linked = (adapter: AdapterHandle): Promise<void> =>
    eventually('the link', async () => (await gateways(adapter)).ok);
  /** Resolves with why it is not linked. */
  const refused = async (adapter: AdapterHandle): Promise<string> => {
    await eventually('a dial', async () => !(await gateways(adapter)).detail.includes('not dialled yet'));
    return (await gateways(adapter)).detail;
  };

  test('a command goes by it, with certificates in place of the token', async () => {
    const gateway = await cluster.addGateway({ ...tls(gatewayFiles, ours.ca), JAMBUS_LINK_TOKEN: '' });
    await linked(await addAdapter(gateway.linkPort, { ...tls(adapterFiles, ours.ca), JAMBUS_LINK_TOKEN: '' }));
    await cluster.liveCalls(gateway, 1);
  });

  test('an adapter needs a certificate of an authority that the gateway knows', async () => {
    const gateway = await cluster.addGateway({ ...tls(gatewayFiles, ours.ca), JAMBUS_LINK_TOKEN: '' });
    const none = await addAdapter(gateway.linkPort, { JAMBUS_LINK_TLS_CA: ours.ca });
    expect(await refused(none)).toMatch(/403.*JAMBUS_LINK_TLS_CERT/);
    const stranger = await theirs.issue('adapter');
    expect(await refused(await addAdapter(gateway.linkPort, tls(stranger, ours.ca)))).toMatch(/403/);
  });

  test('with a token besides, an adapter needs both', async () => {
    const gateway = await cluster.addGateway(tls(gatewayFiles, ours.ca));
    const wrong = { ...tls(adapterFiles, ours.ca), JAMBUS_LINK_TOKEN: `${TOKEN}-not` };
    expect(await refused(await addAdapter(gateway.linkPort, wrong))).toMatch(/401.*JAMBUS_LINK_TOKEN/);
    expect(await refused(await addAdapter(gateway.linkPort, { JAMBUS_LINK_TLS_CA: ours.ca }))).toMatch(/403/);
    await linked(await addAdapter(gateway.linkPort, tls(adapterFiles, ours.ca)));
  });

  test('while the token is changed, the former one is taken as well, and no third', async () => {
    const former = 'the-token-that-was-before';
    const gateway = await cluster.addGateway({ ...tls(gatewayFiles), JAMBUS_FORMER_LINK_TOKEN: former });
    const trusting = { JAMBUS_LINK_TLS_CA: ours.ca };
    await linked(await addAdapter(gateway.linkPort, { ...trusting, JAMBUS_LINK_TOKEN: former }));
    await linked(await addAdapter(gateway.linkPort, trusting));
    const third = { ...trusting, JAMBUS_LINK_TOKEN: `${former}-not` };
    expect(await refused(await addAdapter(gateway.linkPort, third))).toMatch(/401.*JAMBUS_LINK_TOKEN/);
  });

  test('without authorities for adapters the token alone lets in, over TLS', async () => {
    const gateway = await cluster.addGateway(tls(gatewayFiles));
    await linked(await addAdapter(gateway.linkPort, { JAMBUS_LINK_TLS_CA: ours.ca }));
  });

  test('an adapter refuses a gateway whose certificate nobody it knows has signed, or that is for another name', async () => {
    const impostor = await cluster.addGateway(tls(await theirs.issue('gateway')));
    expect(await refused(await addAdapter(impostor.linkPort, { JAMBUS_LINK_TLS_CA: ours.ca }))).toMatch(/certificate/);
    const other = await cluster.addGateway(tls(await ours.issue('gateway', 'DNS:elsewhere.example')));
    expect(await refused(await addAdapter(other.linkPort, { JAMBUS_LINK_TLS_CA: ours.ca }))).toMatch(/altnames/);
  });

  test('gateways behind a name have certificates for the name, not for their addresses', async () => {
    const gateway = await cluster.addGateway(tls(await ours.issue('gateway', 'DNS:localhost')));
    const settings = { JAMBUS_LINK_TLS_CA: ours.ca, JAMBUS_GATEWAYS: `dns+wss://localhost:${gateway.linkPort}` };
    const adapter = await cluster.addAdapter(settings);
    // A machine may call another address of its own localhost, too, where nobody listens.
    await eventually('a link', async () => /^[12] of/.test((await gateways(adapter)).detail));
  });

  test('certificates that are replaced on both ends are those of the next link', async () => {
    const later = await folder.authority('later');
    const place = (name: string): CertificateFiles & { ca: string } => ({
      cert: join(folder.path, `${name}.pem`),
      key: join(folder.path, `${name}.key`),
      ca: join(folder.path, `${name}-ca.pem`),
    });
    const put = async (at: ReturnType<typeof place>, { cert, key }: CertificateFiles, ca: string): Promise<void> => {
      await Promise.all([copyFile(cert, at.cert), copyFile(key, at.key), copyFile(ca, at.ca)]);
    };
    const [onGateway, onAdapter] = [place('on-gateway'), place('on-adapter')];
    await put(onGateway, gatewayFiles, ours.ca);
    await put(onAdapter, adapterFiles, ours.ca);
    const gateway = await cluster.addGateway({ ...tls(onGateway, onGateway.ca), JAMBUS_LINK_TOKEN: '' });
    const adapter = await addAdapter(gateway.linkPort, { ...tls(onAdapter, onAdapter.ca), JAMBUS_LINK_TOKEN: '' });
    await linked(adapter);

    await put(onGateway, await later.issue('gateway'), later.ca);
    await put(onAdapter, await later.issue('adapter'), later.ca);
    const newcomer = { ...tls(await later.issue('newcomer'), later.ca), JAMBUS_LINK_TOKEN: '' };
    await linked(await addAdapter(gateway.linkPort, newcomer));
    // The gateway has the new files, and soon the adapter; the one that was linked has stayed so.
    expect((await gateways(adapter)).ok).toBe(true);
    const former = await addAdapter(gateway.linkPort, { ...tls(adapterFiles, later.ca), JAMBUS_LINK_TOKEN: '' });
    expect(await refused(former)).toMatch(/403/);
    await cluster.liveCalls(gateway, 1);
  }, 30_000);
});
