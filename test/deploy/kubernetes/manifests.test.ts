import { join } from 'node:path';
import { AdapterConfig, busNames, GatewayConfig, loadConfig } from '@jambus/schema';
import { describeWithBroker } from '../../brokers/provisioning/describe-with-broker.ts';
import { REPOSITORY } from '../../fixtures/repository.ts';
import { readDockerfile } from '../image/dockerfile.ts';
import { imageConfig } from '../image/image-config.ts';
import { portsOf, settingsOf, stopsWithinMs } from '../settings.ts';
import { arrowsOf } from './arrows.ts';
import { findKustomize } from './find-kustomize.ts';
import {
  type ConfigMap,
  type Container,
  environmentOf,
  type Manifest,
  render,
  type Selector,
  selects,
  servicesOf,
  type Workload,
  workloadsOf,
} from './manifests.ts';
import { kubernetesVersions, validatorFor } from './validate.ts';

const FOLDERS = {
  nats: 'deploy/kubernetes/overlays/nats',
  kafka: 'deploy/kubernetes/overlays/kafka',
  dev: 'deploy/kubernetes/overlays/dev',
  'nats-cluster': 'deploy/kubernetes/overlays/nats-cluster',
  'nats with every component': 'test/deploy/kubernetes/everything-nats',
  'kafka with every component': 'test/deploy/kubernetes/everything-kafka',
};

const SECRETS = {
  'link-token': 'a-token-for-tests-only',
  'basic-auth': 'user:password',
  'nats-user': 'jambus',
  'nats-password': 'secret',
  'kafka-user': 'jambus',
  'kafka-password': 'secret',
};

const versions = await kubernetesVersions();
const kustomize = await findKustomize();
const dockerfile = await readDockerfile(join(REPOSITORY, 'deploy/Dockerfile'));

describeWithBroker('the manifests', kustomize, () => {
  describe.each(Object.entries(FOLDERS))('of %s', (_name, folder) => {
    let manifests: Manifest[];
    beforeAll(async () => {
      if (kustomize.available) manifests = await render(kustomize, join(REPOSITORY, folder));
    }, 60_000);

    const ours = () =>
      workloadsOf(manifests).filter(({ metadata }) => /^jambus-(gateway|adapter)$/.test(metadata.name));
    const service = (workload: Workload) => workload.metadata.name.replace('jambus-', '') as 'gateway' | 'adapter';
    const containersOf = ({ spec }: Workload): readonly Container[] => [
      ...(spec.template.spec.initContainers ?? []),
      ...spec.template.spec.containers,
    ];

    test.each(versions)('are what Kubernetes %s takes', async (version) => {
      const validate = await validatorFor(version);
      expect(manifests.flatMap(validate)).toEqual([]);
      expect(manifests.length).toBeGreaterThan(10);
    });

    test('have a gateway and an adapter, in one namespace that enforces restricted pods', () => {
      expect(
        ours()
          .map(({ metadata }) => metadata.name)
          .sort(),
      ).toEqual(['jambus-adapter', 'jambus-gateway']);
      const [namespace] = manifests.filter(({ kind }) => kind === 'Namespace');
      expect(namespace?.metadata.labels).toMatchObject({ 'pod-security.kubernetes.io/enforce': 'restricted' });
      for (const { kind, metadata } of manifests) {
        if (kind !== 'Namespace') expect([metadata.name, metadata.namespace]).toEqual([metadata.name, 'jambus']);
      }
    });

    test('run nothing as root, with a right too many, or on a file system that can be written to', () => {
      for (const workload of workloadsOf(manifests)) {
        const { spec } = workload.spec.template;
        expect(spec.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
        expect(spec).toMatchObject({ automountServiceAccountToken: false, enableServiceLinks: false });
        expect(Object.keys(spec).filter((key) => key.startsWith('host'))).toEqual([]);
        for (const volume of spec.volumes ?? []) expect(volume).not.toHaveProperty('hostPath');
        for (const container of containersOf(workload)) {
          expect(container.securityContext).toEqual({
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          });
        }
        const account = manifests.find(
          ({ kind, metadata }) => kind === 'ServiceAccount' && metadata.name === spec.serviceAccountName,
        );
        expect(account).toMatchObject({ automountServiceAccountToken: false });
      }
    });

    test("run our images as the images' own user", () => {
      for (const workload of ours()) {
        const [user, group] = imageConfig(dockerfile, service(workload)).user.split(':').map(Number);
        expect(workload.spec.template.spec.securityContext).toMatchObject({ runAsUser: user, runAsGroup: group });
      }
    });

    test('name a version of every image, and what a container may use', () => {
      for (const container of workloadsOf(manifests).flatMap(containersOf)) {
        expect(container.image).toMatch(/:\d+\.\d+\.\d+(?:-[a-z]+)?(?:@sha256:[0-9a-f]{64})?$/);
        expect(Object.keys(container.resources?.requests ?? {})).toEqual(['cpu', 'memory']);
        expect(Object.keys(container.resources?.limits ?? {})).toEqual(['cpu', 'memory']);
      }
    });

    test('ask each container three questions, at ports that it has', () => {
      for (const container of workloadsOf(manifests).flatMap(containersOf)) {
        const { startupProbe, readinessProbe, livenessProbe } = container;
        for (const probe of [startupProbe, readinessProbe, livenessProbe]) {
          expect(container.ports.map(({ name }) => name)).toContain(probe?.httpGet.port);
        }
        const patience = (livenessProbe?.periodSeconds ?? 0) * (livenessProbe?.failureThreshold ?? 3);
        expect(patience).toBeGreaterThanOrEqual(60);
      }
      for (const { startupProbe, readinessProbe, livenessProbe } of ours().flatMap(containersOf)) {
        const paths = [startupProbe, readinessProbe, livenessProbe].map((probe) => probe?.httpGet.path);
        expect(paths).toEqual(['/healthz', '/readyz', '/healthz']);
      }
    });

    test('have just the ports that the services listen on', () => {
      for (const workload of ours()) {
        const ports = containersOf(workload).flatMap((container) => container.ports.map((port) => port.containerPort));
        expect(ports.sort()).toEqual([...portsOf(service(workload)).keys()].sort());
      }
    });

    test('give the services settings that they know, and start with', () => {
      for (const workload of ours()) {
        for (const container of containersOf(workload)) {
          const environment = environmentOf(container, manifests, SECRETS);
          // Those of OpenTelemetry are not ours to know.
          const ours = Object.keys(environment).filter((name) => !name.startsWith('OTEL_'));
          expect([...settingsOf(service(workload)).keys()]).toEqual(expect.arrayContaining(ours));
          const schema = service(workload) === 'gateway' ? GatewayConfig : AdapterConfig;
          expect(() => loadConfig(schema, environment)).not.toThrow();
          expect(Object.values(environment)).not.toContain('');
        }
      }
    });

    test('leave a service the time for its drain, and a gateway the time to leave the endpoints before that', () => {
      for (const workload of ours()) {
        const { terminationGracePeriodSeconds = 30 } = workload.spec.template.spec;
        for (const container of containersOf(workload)) {
          const preStop = container.lifecycle?.preStop.sleep?.seconds ?? 0;
          if (service(workload) === 'gateway') expect(preStop).toBeGreaterThanOrEqual(5);
          const stops = stopsWithinMs(service(workload), environmentOf(container, manifests, SECRETS)) / 1000;
          expect(terminationGracePeriodSeconds).toBeGreaterThanOrEqual(preStop + stops);
        }
      }
    });

    test('update one after the other, never with one less', () => {
      for (const { spec } of ours()) expect(spec.strategy?.rollingUpdate).toEqual({ maxSurge: 1, maxUnavailable: 0 });
    });

    test('spread the pods over zones and nodes', () => {
      for (const { spec } of ours()) {
        const { topologySpreadConstraints = [] } = spec.template.spec;
        expect(topologySpreadConstraints.map(({ topologyKey }) => topologyKey)).toEqual([
          'topology.kubernetes.io/zone',
          'kubernetes.io/hostname',
        ]);
        for (const { labelSelector } of topologySpreadConstraints) {
          expect(selects(labelSelector, spec.template.metadata.labels)).toBe(true);
        }
      }
    });

    test('select pods with every Service, and lead to ports that those have', () => {
      for (const { metadata, spec } of servicesOf(manifests)) {
        const pods = workloadsOf(manifests).filter((workload) =>
          selects({ matchLabels: spec.selector }, workload.spec.template.metadata.labels),
        );
        expect([metadata.name, pods.length]).toEqual([metadata.name, 1]);
        for (const { port, targetPort } of spec.ports) {
          const found = pods.flatMap(containersOf).flatMap(({ ports }) => ports);
          expect(found).toContainEqual(expect.objectContaining({ name: targetPort, containerPort: port }));
        }
      }
    });

    test('let adapters find every gateway, also those that wait for one to be ready', () => {
      const link = servicesOf(manifests).find(({ metadata }) => metadata.name === 'jambus-link');
      expect(link?.spec).toMatchObject({ clusterIP: 'None', publishNotReadyAddresses: true });
      const [adapter] = ours()
        .filter((workload) => service(workload) === 'adapter')
        .flatMap(containersOf);
      const { JAMBUS_GATEWAYS } = adapter === undefined ? {} : environmentOf(adapter, manifests, SECRETS);
      expect(JAMBUS_GATEWAYS?.replace('wss:', 'ws:')).toBe(`dns+ws://jambus-link:${link?.spec.ports[0]?.port}`);
    });

    test('select pods with everything else that has a selector, too', () => {
      const kinds = ['PodDisruptionBudget', 'NetworkPolicy', 'Deployment', 'StatefulSet'];
      for (const manifest of manifests.filter(({ kind }) => kinds.includes(kind))) {
        const { spec } = manifest as Manifest & { readonly spec: { selector?: Selector; podSelector?: Selector } };
        const selected = workloadsOf(manifests).filter((workload) =>
          selects(spec.selector ?? spec.podSelector ?? {}, workload.spec.template.metadata.labels),
        );
        expect([manifest.metadata.name, selected.length > 0]).toEqual([manifest.metadata.name, true]);
      }
    });

    test('scale what is there, and what is scaled has no number of its own', () => {
      for (const manifest of manifests.filter(
        ({ kind }) => kind === 'HorizontalPodAutoscaler' || kind === 'ScaledObject',
      )) {
        const { spec } = manifest as Manifest & {
          readonly spec: { readonly scaleTargetRef: { readonly name: string } };
        };
        const target = ours().find(({ metadata }) => metadata.name === spec.scaleTargetRef.name);
        expect(target).toBeDefined();
        expect(target?.spec).not.toHaveProperty('replicas');
      }
    });

    test('scale by the names that the bus has', () => {
      const text = JSON.stringify(manifests.filter(({ kind }) => kind === 'ScaledObject'));
      const { commands } = busNames();
      for (const [, topic] of text.matchAll(/"topic":"([^"]+)"/g)) expect(topic).toBe(commands);
      for (const [, group] of text.matchAll(/"consumerGroup":"([^"]+)"/g)) expect(group).toBe(`${commands}.adapters`);
      for (const [, stream] of text.matchAll(/stream_name=\\"([^"\\]+)/g)) {
        expect(stream).toBe(commands.replace('.', '-'));
      }
    });

    test('mount only what is there', () => {
      for (const { spec } of workloadsOf(manifests)) {
        const { containers, volumes = [] } = spec.template.spec;
        const maps = volumes.flatMap(({ configMap }) =>
          configMap === undefined ? [] : [configMap as { name: string }],
        );
        for (const { name } of maps) expect(manifests.map(({ metadata }) => metadata.name)).toContain(name);
        const claims = 'volumeClaimTemplates' in spec ? (spec.volumeClaimTemplates as Manifest[]) : [];
        const known = [...volumes.map(({ name }) => name), ...claims.map(({ metadata }) => metadata.name)];
        const mounted = containers.flatMap(({ volumeMounts }) => volumeMounts ?? []).map(({ name }) => name);
        expect(known.sort()).toEqual(mounted.sort());
      }
    });

    test('have a new name for settings that are new, so that they are rolled out', () => {
      const all = manifests.filter(({ kind }) => kind === 'ConfigMap') as ConfigMap[];
      // A dashboard is no setting of ours, and would be there twice.
      const maps = all.filter(({ metadata }) => metadata.labels?.['grafana_dashboard'] === undefined);
      for (const { metadata } of maps) expect(metadata.name).toMatch(/-[a-z0-9]{10}$/);
      expect(maps.length).toBeGreaterThanOrEqual(2);
    });
  });

  describe('the arrows that the network policies draw', () => {
    const arrows = async (folder: string) =>
      kustomize.available ? arrowsOf(await render(kustomize, join(REPOSITORY, folder))) : [];
    const always = ['adapter → gateway:3001', 'adapter → kube-system:53', 'outside → gateway:3000'];

    test('on a NATS somewhere', async () => {
      expect(await arrows(FOLDERS.nats)).toEqual([...always, 'adapter → outside:4222'].sort());
    });

    test('with a NATS in the cluster', async () => {
      expect(await arrows(FOLDERS.dev)).toEqual([...always, 'adapter → nats:4222'].sort());
    });

    test('with a NATS of three servers in the cluster', async () => {
      const found = await arrows(FOLDERS['nats-cluster']);
      expect(found).toEqual([...always, 'adapter → nats:4222', 'nats → kube-system:53'].sort());
    });

    test('on a Kafka somewhere', async () => {
      expect(await arrows(FOLDERS.kafka)).toEqual([...always, 'adapter → outside:9093'].sort());
    });

    test('with Prometheus and a collector', async () => {
      const bus = 'adapter → outside:4222';
      const prometheus = ['monitoring → adapter:3002', 'monitoring → gateway:3001'];
      const collector = ['adapter → opentelemetry:4318', 'gateway → opentelemetry:4318', 'gateway → kube-system:53'];
      const more = [bus, ...prometheus, ...collector];
      expect(await arrows(FOLDERS['nats with every component'])).toEqual([...always, ...more].sort());
    });
  });
});
