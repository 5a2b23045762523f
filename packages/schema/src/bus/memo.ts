/** Few names are used again and again; a peer that makes them up must not make a process grow. */
const MOST = 256;

/**
 * Remembers what a function of a text gives.
 *
 * @param make depends on nothing but the text
 */
export function memo<T>(make: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    const made = make(text);
    if (known.size === MOST) known.clear();
    known.set(text, made);
    return made;
  };
}
