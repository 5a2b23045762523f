/** How to get into a server. At most one of user, token, nkey and credentials. */
export interface NatsConnectionSettings {
  /** `nats://host:port`, or `tls://…` for a connection that must be encrypted. One of them has to answer. */
  readonly servers: readonly string[];
  /** What the server's monitoring calls this connection. */
  readonly name?: string | undefined;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly token?: string | undefined;
  /** Seed of an nkey, `SU…`. */
  readonly nkey?: string | undefined;
  /** File with a user's JWT and seed. Read again for every connection, so that it can be renewed. */
  readonly credentialsFile?: string | undefined;
  /**
   * What the subjects begin with on which answers come; by default `_INBOX`. With one of its own that only this user may
   * subscribe to, nobody else can read them.
   */
  readonly inboxPrefix?: string | undefined;
  /** PEM files, read again for every connection. */
  readonly caFile?: string | undefined;
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
}
