interface Source {
  readonly available: true;
  /** Such as `2.9.10`. */
  readonly version: string;
  /** For people: where it was found. */
  readonly origin: string;
}

/** What a server can be started from, or one that is running already. */
export type NatsServerSource =
  | (Source & { readonly kind: 'program'; readonly file: string })
  | (Source & { readonly kind: 'image'; readonly image: string })
  | (Source & { readonly kind: 'running'; readonly url: string });
