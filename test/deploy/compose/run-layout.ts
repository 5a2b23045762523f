import { freePort } from '../../brokers/provisioning/free-port.ts';
import { type Container, startContainer } from '../container/start-container.ts';
import type { ImageBuilder } from '../image/build-image.ts';
import type { Dockerfile } from '../image/dockerfile.ts';
import { imageConfig } from '../image/image-config.ts';
import type { ComposeService } from './read-compose.ts';

/** A container of a service, and where it is. */
export interface RunningService {
  readonly service: string;
  readonly container: Container;
  /** Port in the container's own network, which an engine would give it → port of 127.0.0.1. */
  readonly ports: ReadonlyMap<number, number>;
}

export interface LayoutOptions {
  readonly dockerfile: Dockerfile;
  readonly builder: ImageBuilder;
  /** Services that run already: name → ports, as above. */
  readonly running: ReadonlyMap<string, ReadonlyMap<number, number>>;
}

/** What each port of an image is called in the settings. */
const LISTENERS: ReadonlyMap<number, readonly [host: string, port: string]> = new Map([
  [3000, ['JAMBUS_WEBSOCKET_HOST', 'JAMBUS_WEBSOCKET_PORT']],
  [3001, ['JAMBUS_LINK_HOST', 'JAMBUS_LINK_PORT']],
  [3002, ['JAMBUS_ADMIN_HOST', 'JAMBUS_ADMIN_PORT']],
]);

/**
 * Starts one container of a service that is built from the Dockerfile: with the image's command unless compose says another,
 * and the environment of both. All containers are on one network here, so the addresses in it are put in place of the names.
 */
export async function startService(
  name: string,
  service: ComposeService,
  options: LayoutOptions,
): Promise<RunningService> {
  const { dockerfile, builder, running } = options;
  const image = imageConfig(dockerfile, service.build?.target ?? '');
  const ports = new Map<number, number>();
  const listening: Record<string, string> = {};
  for (const port of image.ports) {
    const [host, variable] = LISTENERS.get(port) ?? [];
    if (host === undefined || variable === undefined) throw new Error(`nothing is known to listen on port ${port}`);
    ports.set(port, await freePort());
    listening[host] = '127.0.0.1';
    listening[variable] = String(ports.get(port));
  }
  const environment = Object.entries(service.environment ?? {}).map(([key, value]) => [key, located(value, running)]);
  const container = await startContainer({
    root: await builder.root(service.build?.target ?? ''),
    config: { ...image, command: [...(service.entrypoint ?? image.command), ...(service.command ?? [])] },
    env: { ...Object.fromEntries(environment), ...listening },
  });
  return { service: name, container, ports };
}

/** `nats://nats:4222` with the address that the service of that name has here. @throws Error when it has no such port */
export function located(text: string, running: LayoutOptions['running']): string {
  return text.replaceAll(/\/\/([a-z][a-z0-9-]*):(\d+)/g, (_, host: string, port: string) => {
    const there = running.get(host)?.get(Number(port));
    if (there === undefined) throw new Error(`${text}: no service ${host} has a port ${port}`);
    return `//localhost:${there}`;
  });
}

/** The command of a health check with the port that the container has here. */
export function checkOf(command: readonly string[], { ports }: RunningService): readonly string[] {
  return command
    .filter((word) => word !== 'CMD')
    .map((word) => word.replace(/127\.0\.0\.1:(\d+)/, (_, port: string) => `127.0.0.1:${ports.get(Number(port))}`));
}
