import type { Attributes } from '@opentelemetry/api';

/** Label sets that one metric may have. The next ones share a set whose every label is `other`. */
export const MOST_LABEL_SETS = 1_000;

/** What stands in every label of the set that takes what is too much. */
export const OTHER = 'other';

/** Label values can come from outside (names of commands), so their length has a bound too. */
const LONGEST_VALUE = 100;

/** The values of a metric's labels, each of them given. */
export type LabelValues<Label extends string> = Readonly<Record<Label, string>>;

/** A branch for each value of a label; behind the last label are the handles. */
type Branches<Handle> = Map<string, Branches<Handle> | Handle>;

/** Handles by label values, made on first use and then kept. Bounded. */
export class LabelSets<Label extends string, Handle> {
  readonly labels: readonly Label[];
  readonly #create: (attributes: Attributes) => Handle;
  readonly #handles: Handle[] = [];
  /** Looked up for every message, so no key is put together. */
  readonly #root: Branches<Handle> = new Map();
  #overflow: Handle | undefined;

  constructor(labels: readonly Label[], create: (attributes: Attributes) => Handle) {
    this.labels = labels;
    this.#create = create;
  }

  get(values: LabelValues<Label>): Handle {
    let found: Branches<Handle> | Handle | undefined = this.labels.length === 0 ? this.#handles[0] : this.#root;
    for (const label of this.labels) found = (found as Branches<Handle> | undefined)?.get(values[label]);
    return (found as Handle | undefined) ?? this.#add(values);
  }

  *[Symbol.iterator](): Generator<Handle> {
    yield* this.#handles;
    if (this.#overflow !== undefined) yield this.#overflow;
  }

  #add(values: LabelValues<Label>): Handle {
    const { labels } = this;
    if (this.#handles.length >= MOST_LABEL_SETS || labels.some((label) => values[label].length > LONGEST_VALUE)) {
      this.#overflow ??= this.#create(Object.fromEntries(labels.map((label) => [label, OTHER])));
      return this.#overflow;
    }
    const handle = this.#create(Object.fromEntries(labels.map((label) => [label, values[label]])));
    this.#handles.push(handle);
    let branches = this.#root;
    for (const [depth, label] of labels.entries()) {
      const value = values[label];
      if (depth === labels.length - 1) branches.set(value, handle);
      else {
        const next = (branches.get(value) as Branches<Handle> | undefined) ?? new Map();
        branches.set(value, next);
        branches = next;
      }
    }
    return handle;
  }
}
