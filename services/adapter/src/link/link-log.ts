import type { Logger } from '@jambus/telemetry';
import type { GatewayLink, LinkEnd } from './gateway-link.ts';

/** Says what keeps this adapter from a gateway: once for each reason, since it dials again and again. */
export interface LinkLog {
  linked(link: GatewayLink): void;
  lost(link: GatewayLink, wasReady: boolean, why: LinkEnd): void;
  /** The gateways that are not linked, and why, for people. */
  missing(links: readonly GatewayLink[]): string[];
}

export function createLinkLog(logger: Logger): LinkLog {
  const reasons = new WeakMap<GatewayLink, string>();
  return {
    linked(link) {
      reasons.delete(link);
      logger.info({ gateway: link.gateway, url: link.url }, 'gateway linked');
    },
    lost(link, wasReady, why) {
      const reason = reasonOf(why);
      const isNew = reasons.get(link) !== reason;
      reasons.set(link, reason);
      const { url } = link;
      if (wasReady) logger.warn({ gateway: link.gateway, url, reason }, 'gateway link down, dialling again');
      else if (isNew) logger.warn({ url, reason }, 'gateway not linked: its calls get no commands from this adapter');
      else logger.debug({ url, reason }, 'gateway not linked, dialling again');
    },
    missing: (links) =>
      links.filter(({ isReady }) => !isReady).map((link) => `${link.url}: ${reasons.get(link) ?? 'not dialled yet'}`),
  };
}

function reasonOf(why: LinkEnd): string {
  if (!(why instanceof Error)) return `closed with ${why.code}${why.reason === '' ? '' : ` (${why.reason})`}`;
  if (/\b401\b/.test(why.message)) return `${why.message}: JAMBUS_LINK_TOKEN is not the one of the gateway`;
  if (/\b403\b/.test(why.message)) return `${why.message}: the gateway does not know who signed JAMBUS_LINK_TLS_CERT`;
  return why.message;
}
