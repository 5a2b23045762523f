declare const OTHER: unique symbol;

/** A type of events that is not checked by the compiler; `otherType` makes it. */
export type OtherType = string & { readonly [OTHER]: 'type' };

/**
 * Takes a type of events past the compiler: one of a newer server, which this version does not know. What comes of it is
 * `type: 'other'`, until a newer version knows it.
 */
export function otherType(type: string): OtherType {
  return type as OtherType;
}
