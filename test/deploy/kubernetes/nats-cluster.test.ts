import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeWithBroker } from '../../brokers/provisioning/describe-with-broker.ts';
import { REPOSITORY } from '../../fixtures/repository.ts';
import { findKustomize } from './find-kustomize.ts';
import {
  type ConfigMap,
  type Manifest,
  render,
  type Selector,
  selects,
  servicesOf,
  type Workload,
  workloadsOf,
} from './manifests.ts';

/* The overlay with a NATS of three servers: what would lose two of them at once, or keep them from finding each other. */

const FOLDER = 'deploy/kubernetes/overlays/nats-cluster';
const MINUTE_MS = 60_000;

type Servers = Workload & {
  readonly spec: {
    readonly serviceName: string;
    readonly podManagementPolicy: string;
    readonly template: { readonly spec: { readonly affinity?: { readonly podAntiAffinity?: AntiAffinity } } };
  };
};

interface AntiAffinity {
  readonly requiredDuringSchedulingIgnoredDuringExecution: readonly {
    readonly topologyKey: string;
    readonly labelSelector: Selector;
  }[];
}

const kustomize = await findKustomize();

describeWithBroker('a NATS of three servers in the cluster', kustomize, () => {
  let manifests: Manifest[];
  let servers: Servers;
  let labels: Workload['spec']['template']['metadata']['labels'];
  beforeAll(async () => {
    if (!kustomize.available) return;
    manifests = await render(kustomize, join(REPOSITORY, FOLDER));
    servers = workloadsOf(manifests).find(({ kind }) => kind === 'StatefulSet') as Servers;
    ({ labels } = servers.spec.template.metadata);
  }, MINUTE_MS);

  const configuration = () => readFile(join(REPOSITORY, FOLDER, 'nats.conf'), 'utf8');

  test('has as many servers as the adapters ask for copies', () => {
    const settings = (manifests as ConfigMap[]).find(
      ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name.startsWith('jambus-adapter-'),
    );
    expect(servers.spec.replicas).toBe(3);
    expect(settings?.data).toMatchObject({
      JAMBUS_NATS_REPLICAS: String(servers.spec.replicas),
      JAMBUS_NATS_URL: 'nats://jambus-nats:4222',
    });
  });

  test.each([
    ['nats', 'JAMBUS_NATS_REPLICAS'],
    ['kafka', 'JAMBUS_KAFKA_REPLICATION'],
  ])(
    'has as many copies as the overlay %s asks for by %s, on a bus that is there already',
    async (overlay, setting) => {
      if (!kustomize.available) return;
      const rendered = await render(kustomize, join(REPOSITORY, 'deploy/kubernetes/overlays', overlay));
      const settings = (rendered as ConfigMap[]).find(
        ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name.startsWith('jambus-adapter-'),
      );
      expect(settings?.data[setting]).toBe('3');
    },
  );

  test('has no two servers on one node, and loses one at a time when nodes are emptied', () => {
    const [apart] =
      servers.spec.template.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
    expect(apart?.topologyKey).toBe('kubernetes.io/hostname');
    expect(selects(apart?.labelSelector ?? {}, labels)).toBe(true);
    const budgets = manifests.filter(({ kind }) => kind === 'PodDisruptionBudget') as (Manifest & {
      readonly spec: { readonly selector: Selector; readonly maxUnavailable: number };
    })[];
    const [budget, ...more] = budgets.filter(({ spec }) => selects(spec.selector, labels));
    expect([budget?.spec.maxUnavailable, more]).toEqual([1, []]);
  });

  test('has servers that find each other before one of them is ready, each by its own name', async () => {
    const { serviceName, podManagementPolicy } = servers.spec;
    expect(podManagementPolicy).toBe('Parallel');
    const peers = servicesOf(manifests).find(({ metadata }) => metadata.name === serviceName);
    expect(peers?.spec).toMatchObject({ clusterIP: 'None', publishNotReadyAddresses: true });
    const [port] = peers?.spec.ports ?? [];
    const names = Array.from({ length: servers.spec.replicas ?? 0 }, (_, n) => `${servers.metadata.name}-${n}`);
    const routes = [...(await configuration()).matchAll(/"nats:\/\/([^"]+)"/g)].map(([, address]) => address);
    expect(routes).toEqual(names.map((name) => `${name}.${serviceName}:${port?.port}`));
  });

  test('leads its clients and streams away before it stops, and has the time for that', async () => {
    const { terminationGracePeriodSeconds, containers } = servers.spec.template.spec;
    expect(containers[0]?.lifecycle?.preStop).toEqual({ exec: { command: ['nats-server', '--signal', 'ldm=1'] } });
    const [, seconds] = /lame_duck_duration: "(\d+)s"/.exec(await configuration()) ?? [];
    expect(terminationGracePeriodSeconds).toBeGreaterThanOrEqual(Number(seconds) + 15);
  });
});
