/** Where a websocket comes from: what tells the peer of a call from a stranger who names the same call_sid. */
export interface SocketOrigin {
  /** The websocket path, which tells one application from another. */
  readonly application: string;
  /** The address of the peer, or of the proxy in front of it. */
  readonly address: string;
  /** The user it signed in as; empty where no credentials are asked for. */
  readonly user: string;
}

export function isSamePeer(one: SocketOrigin, other: SocketOrigin): boolean {
  return one.address === other.address && one.user === other.user;
}
