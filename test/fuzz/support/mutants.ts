import * as fc from 'fast-check';

/** Texts at which code that takes texts for granted stumbles. */
export const oddText = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.constantFrom(
    '',
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    '\0',
    '\r\n',
    '\u2028',
    '\ud800',
    '\udc00x',
    '\u00a0',
    '\u3000',
    '\ufeff',
    '.',
    '*',
    '>',
    '%',
    '%ff',
    '../..',
    '$1',
    '-0',
    '1e999',
    'null',
    'true',
    '[object Object]',
  ),
  fc
    .tuple(fc.constantFrom('x', '.', '"', '\\', '\u00e9', '😀', '%'), fc.integer({ min: 90, max: 5_000 }))
    .map(([unit, times]) => unit.repeat(times)),
);

/** Any JSON, with odd texts and numbers, not too large. */
export const oddJson: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.constantFrom<unknown>(null, true, false, 0, -0, -1, 0.5, 1e21, 2 ** 53, Number.MAX_VALUE),
    fc.integer(),
    oddText,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(oddText, tie('value'), { maxKeys: 4 }),
  ),
})).value;

type Edit = (parent: Record<string, unknown>, key: string, text: string, value: unknown) => void;

/** What is done to one member of an object or array. */
const EDITS: readonly Edit[] = [
  (parent, key, _text, value) => set(parent, key, value),
  (parent, key) => {
    if (Array.isArray(parent)) parent.splice(Number(key), 1);
    else delete parent[key];
  },
  (parent, key, text) => set(parent, text, parent[key]),
  (parent, key) => set(parent, key, [parent[key], parent[key]]),
  (parent, key, text) => set(parent, key, { [text]: parent[key] }),
  (parent, key) => set(parent, key, JSON.stringify(parent[key]) ?? ''),
  (parent, key, text) => set(parent, key, `${JSON.stringify(parent[key])}${text}`),
  (parent, key) => set(parent, key, nested(parent[key], 100)),
  (parent, key) =>
    set(
      parent,
      key,
      Array.from({ length: 20 }, () => parent[key]),
    ),
];

/** `__proto__` becomes a member of its own, as in JSON; an array has no members by name, and gets one more item. */
function set(parent: Record<string, unknown>, key: string, value: unknown): void {
  if (Array.isArray(parent) && !/^\d{1,4}$/.test(key)) {
    parent.push(value);
    return;
  }
  Object.defineProperty(parent, key, { value, enumerable: true, configurable: true, writable: true });
}

function nested(value: unknown, levels: number): unknown {
  let outer = value;
  for (let level = 0; level < levels; level++) outer = level % 2 === 0 ? [outer] : { a: outer };
  return outer;
}

const edits = fc.array(
  fc.record({ at: fc.nat(10_000), edit: fc.constantFrom(...EDITS), text: oddText, value: oddJson }),
  { maxLength: 3 },
);

/** JSON texts that are near to one of `samples`. */
export function jsonMutants(samples: readonly unknown[]): fc.Arbitrary<string> {
  return fc.tuple(fc.constantFrom(...samples), edits).map(([sample, changes]) => {
    const root = { root: structuredClone(sample) };
    for (const { at, edit, text, value } of changes) {
      const places = placesIn(root);
      const [parent, key] = places[at % places.length] ?? [root, 'root'];
      edit(parent, key, text, value);
    }
    return JSON.stringify(root.root) ?? 'null';
  });
}

type Place = readonly [parent: Record<string, unknown>, key: string];

/** Every member of a value, at any depth; not more than there is use for. */
function placesIn(value: unknown, found: Place[] = []): Place[] {
  if (typeof value !== 'object' || value === null || found.length > 500) return found;
  for (const key of Object.keys(value)) {
    found.push([value as Record<string, unknown>, key]);
    placesIn((value as Record<string, unknown>)[key], found);
  }
  return found;
}

/** Bytes near to those given: some changed, cut, put in, or said twice. */
export function byteMutants(given: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Buffer> {
  const change = fc.record({
    kind: fc.constantFrom('flip', 'cut', 'insert', 'repeat'),
    at: fc.nat(1_000_000),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }),
  });
  return fc.tuple(given, fc.array(change, { maxLength: 3 })).map(([start, changes]) => {
    let bytes: Buffer = Buffer.from(start);
    for (const { kind, at, bytes: put } of changes) {
      const place = bytes.length === 0 ? 0 : at % bytes.length;
      const [before, after] = [bytes.subarray(0, place), bytes.subarray(place)];
      if (kind === 'cut') bytes = Buffer.from(before);
      else if (kind === 'insert') bytes = Buffer.concat([before, put, after]);
      else if (kind === 'repeat') bytes = Buffer.concat([before, after.subarray(0, 16), after]);
      else bytes = Buffer.concat([before, put, after.subarray(put.length)]);
    }
    return bytes;
  });
}
