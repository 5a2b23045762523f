import { type Labels, type Manifest, type Selector, selects, type Workload, workloadsOf } from './manifests.ts';

interface Peer {
  readonly podSelector?: Selector;
  readonly namespaceSelector?: Selector;
}

interface PolicyPort {
  readonly port: number | string;
  readonly protocol?: string;
}

interface NetworkPolicy extends Manifest {
  readonly spec: {
    readonly podSelector: Selector;
    readonly policyTypes: readonly ('Ingress' | 'Egress')[];
    readonly ingress?: readonly { readonly from?: readonly Peer[]; readonly ports?: readonly PolicyPort[] }[];
    readonly egress?: readonly { readonly to?: readonly Peer[]; readonly ports?: readonly PolicyPort[] }[];
  };
}

/** An end of a connection: a pod of ours, or anything else. */
interface End {
  readonly name: string;
  /** Undefined for what is not in the namespace. */
  readonly labels: Labels | undefined;
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
}

const OUTSIDE: End = { name: 'outside', labels: undefined, ports: [] };

/** Ports of others that the policies may let ours connect to. */
const FOREIGN_PORTS = [53, 80, 443, 4222, 4318, 8222, 9092, 9093];

/**
 * Every connection that the network policies of a rendered kustomization allow between its workloads, and between them and
 * anything outside of the namespace: `adapter → gateway:3001`. Whoever is let in by a label of another namespace is shown
 * with that: `monitoring → adapter:3002`.
 */
export function arrowsOf(manifests: readonly Manifest[]): string[] {
  const policies = manifests.filter(({ kind }) => kind === 'NetworkPolicy') as NetworkPolicy[];
  const pods = workloadsOf(manifests).map(endOf);
  const arrows: string[] = [];
  for (const from of [...pods, OUTSIDE]) {
    for (const to of [...pods, OUTSIDE]) {
      const ports = to === OUTSIDE ? FOREIGN_PORTS : to.ports.map(({ containerPort }) => containerPort);
      for (const port of from === to ? [] : ports) {
        const leaves = ways(policies, 'Egress', from, to, port);
        const enters = ways(policies, 'Ingress', to, from, port);
        // Named by who is meant, where a policy names a namespace.
        for (const other of leaves) for (const by of enters) arrows.push(arrow(from, to, port, other, by));
      }
    }
  }
  return [...new Set(arrows)].sort();
}

function endOf({ spec }: Workload): End {
  const { labels } = spec.template.metadata;
  const name = (labels['app.kubernetes.io/name'] ?? '').replace('jambus-', '');
  return { name, labels, ports: spec.template.spec.containers.flatMap(({ ports }) => ports) };
}

function arrow(from: End, to: End, port: number, target: string, source: string): string {
  return `${from === OUTSIDE ? source : from.name} → ${to === OUTSIDE ? target : to.name}:${port}`;
}

/** By what name each rule lets `end` connect with `other`; a pod that no policy selects may do everything. */
function ways(
  policies: readonly NetworkPolicy[],
  type: 'Ingress' | 'Egress',
  end: End,
  other: End,
  port: number,
): string[] {
  const { labels } = end;
  if (labels === undefined) return [OUTSIDE.name];
  const about = policies.filter(({ spec }) => spec.policyTypes.includes(type) && selects(spec.podSelector, labels));
  if (about.length === 0) return ['anything'];
  return about.flatMap(({ spec }) => {
    const rules =
      type === 'Ingress'
        ? spec.ingress?.map(({ from, ports }) => ({ peers: from, ports }))
        : spec.egress?.map(({ to, ports }) => ({ peers: to, ports }));
    return (rules ?? []).flatMap(({ peers, ports }) => {
      const listener = type === 'Ingress' ? end : other;
      if (ports !== undefined && !ports.some((allowed) => numberOf(allowed, listener) === port)) return [];
      if (peers === undefined) return [OUTSIDE.name];
      return peers.flatMap((peer) => nameOf(peer, other) ?? []);
    });
  });
}

function numberOf({ port }: PolicyPort, listener: End): number | undefined {
  return typeof port === 'number' ? port : listener.ports.find(({ name }) => name === port)?.containerPort;
}

/** What a rule calls the other end; undefined when it is not meant. */
function nameOf({ podSelector = {}, namespaceSelector }: Peer, other: End): string | undefined {
  if (namespaceSelector === undefined) {
    return other.labels !== undefined && selects(podSelector, other.labels) ? other.name : undefined;
  }
  return other.labels === undefined ? namespaceSelector.matchLabels?.['kubernetes.io/metadata.name'] : undefined;
}
