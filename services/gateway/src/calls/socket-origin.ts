/** What tells the peer of a call from a stranger who names the same call_sid. */
export interface Peer {
  /** The address of the peer, or of the proxy in front of it. */
  readonly address: string;
  /** The user it signed in as; empty where no credentials are asked for. */
  readonly user: string;
}

/** Where a websocket comes from. */
export interface SocketOrigin extends Peer {
  /** The websocket path, which tells one application from another. */
  readonly application: string;
}

export function isSamePeer(one: Peer, other: Peer): boolean {
  return one.address === other.address && one.user === other.user;
}
