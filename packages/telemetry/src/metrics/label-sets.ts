import type { Attributes } from '@opentelemetry/api';

/** Label sets that one metric may have. The next ones share a set whose every label is `other`. */
export const MOST_LABEL_SETS = 1_000;

/** What stands in every label of the set that takes what is too much. */
export const OTHER = 'other';

/** Label values can come from outside (names of commands), so their length has a bound too. */
const LONGEST_VALUE = 100;

/** The values of a metric's labels, each of them given. */
export type LabelValues<Label extends string> = Readonly<Record<Label, string>>;

/** Handles by label values, made on first use and then kept. Bounded. */
export class LabelSets<Label extends string, Handle> {
  readonly labels: readonly Label[];
  readonly #create: (attributes: Attributes) => Handle;
  readonly #handles = new Map<string, Handle>();
  #overflow: Handle | undefined;

  constructor(labels: readonly Label[], create: (attributes: Attributes) => Handle) {
    this.labels = labels;
    this.#create = create;
  }

  get(values: LabelValues<Label>): Handle {
    let key = '';
    for (const label of this.labels) {
      const value = values[label];
      key += `${value.length}:${value}`;
    }
    return this.#handles.get(key) ?? this.#add(key, values);
  }

  *[Symbol.iterator](): Generator<Handle> {
    yield* this.#handles.values();
    if (this.#overflow !== undefined) yield this.#overflow;
  }

  #add(key: string, values: LabelValues<Label>): Handle {
    if (this.#handles.size >= MOST_LABEL_SETS || this.labels.some((label) => values[label].length > LONGEST_VALUE)) {
      this.#overflow ??= this.#create(Object.fromEntries(this.labels.map((label) => [label, OTHER])));
      return this.#overflow;
    }
    const handle = this.#create(Object.fromEntries(this.labels.map((label) => [label, values[label]])));
    this.#handles.set(key, handle);
    return handle;
  }
}
