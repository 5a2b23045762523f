export type Attributes = Readonly<Record<string, string | number | boolean>>;

/** As OTLP has them in JSON; 64-bit numbers are strings or numbers. */
export interface OtlpAttribute {
  readonly key: string;
  readonly value: {
    readonly stringValue?: string;
    readonly intValue?: number | string;
    readonly doubleValue?: number;
    readonly boolValue?: boolean;
  };
}

/** Plain ones; lists (arguments of a process) are passed over. */
export function readAttributes(attributes: readonly OtlpAttribute[]): Attributes {
  const found: Record<string, string | number | boolean> = {};
  for (const { key, value } of attributes) {
    const { stringValue, intValue, doubleValue, boolValue } = value;
    const plain = stringValue ?? doubleValue ?? boolValue ?? (intValue === undefined ? undefined : Number(intValue));
    if (plain !== undefined) found[key] = plain;
  }
  return found;
}
