import type { GatewayFrame } from '@jambus/link';
import { rendezvous } from '../reports/rendezvous.ts';
import type { AdapterLink } from './adapter-link.ts';

/** The linked adapters that serve the same calls. */
export interface LinkGroup {
  add(link: AdapterLink): void;
  delete(link: AdapterLink): void;
  /** Tells every one. Resolves nothing: a link that is down learns it all again when it is back. */
  broadcast(frame: GatewayFrame, payload?: Uint8Array): void;
  readonly linked: number;
  /** The names of the adapters. */
  names(): Iterable<string>;
  /**
   * Tells one adapter, the same one for a call as long as the adapters are the same.
   *
   * @param among the adapters to choose from, as long as one of them is linked
   * @returns its name
   */
  sendToOne(
    frame: GatewayFrame & { readonly call: string },
    payload?: Uint8Array,
    among?: readonly string[],
  ): string | undefined;
}

export function createLinkGroup(): LinkGroup {
  const links = new Set<AdapterLink>();
  return {
    add: (link) => void links.add(link),
    delete: (link) => void links.delete(link),
    broadcast(frame, payload) {
      for (const link of links) link.sendFrame(frame, payload);
    },
    get linked() {
      return links.size;
    },
    *names() {
      for (const { id } of links) yield id;
    },
    sendToOne(frame, payload, among = []) {
      const wanted = [...links].filter(({ id }) => among.includes(id));
      const link = rendezvous(frame.call, wanted.length > 0 ? wanted : links);
      link?.sendFrame(frame, payload);
      return link?.id;
    },
  };
}
