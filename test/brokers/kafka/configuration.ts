import type { LaunchSettings } from './launch.ts';
import { SECURED, securityProperties, securityProtocol } from './security.ts';

/** The configuration of a broker that is a controller, too: the first listener lets everybody in. */
export function configuration(settings: LaunchSettings): Record<string, string> {
  const { source, ports, member, folder, logDir, security, properties } = settings;
  const host = source.kind === 'program' ? '127.0.0.1' : '0.0.0.0'; // Inside a container.
  const forClients = [
    { name: 'PLAINTEXT', port: ports.clients, protocol: 'PLAINTEXT' },
    ...(security === undefined ? [] : [{ name: SECURED, port: ports.secured, protocol: securityProtocol(security) }]),
  ];
  const controller = { name: 'CONTROLLER', address: `127.0.0.1:${ports.controller}` };
  const listeners = forClients.map(({ name, port }) => `${name}://${host}:${port}`);
  return {
    'process.roles': 'broker,controller',
    'node.id': String(member?.nodeId ?? 1),
    'controller.quorum.voters': member?.voters ?? `1@${controller.address}`,
    'controller.listener.names': controller.name,
    listeners: [...listeners, `${controller.name}://${controller.address}`].join(','),
    'advertised.listeners': forClients.map(({ name, port }) => `${name}://127.0.0.1:${port}`).join(','),
    'listener.security.protocol.map': [
      ...forClients.map(({ name, protocol }) => `${name}:${protocol}`),
      `${controller.name}:PLAINTEXT`,
    ].join(','),
    'log.dirs': logDir,
    'auto.create.topics.enable': 'false',
    // There is no second broker to replicate to, and nobody else to wait for.
    'offsets.topic.replication.factor': '1',
    'offsets.topic.num.partitions': '1',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'transaction.state.log.num.partitions': '1',
    'group.initial.rebalance.delay.ms': '0',
    // A broker that was killed is not let in again before its session is over: 9 s if nothing is said.
    'broker.session.timeout.ms': '2000',
    'broker.heartbeat.interval.ms': '250',
    ...(security === undefined ? {} : securityProperties(security, folder)),
    ...properties,
  };
}

/** The text of a Java properties file. */
export function propertiesFile(properties: Readonly<Record<string, string>>): string {
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n`)
    .join('');
}
