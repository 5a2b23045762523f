/**
 * Whether a text fits a pattern, in which `*` stands for any characters, none as well. Made to be linear in the length of the
 * text for each part of the pattern, which a regular expression is not: texts come from strangers and may be long.
 */
export function matcherOf(pattern: string): (text: string) => boolean {
  const [head = '', ...parts] = pattern.split('*');
  const tail = parts.pop();
  if (tail === undefined) return (text) => text === pattern;
  return (text) => {
    const end = text.length - tail.length;
    if (head.length > end || !text.startsWith(head) || !text.endsWith(tail)) return false;
    // The first place for each part leaves the most for those behind it.
    let at = head.length;
    for (const part of parts) {
      const found = text.indexOf(part, at);
      if (found === -1 || found + part.length > end) return false;
      at = found + part.length;
    }
    return true;
  };
}

/** Whether everything that fits the pattern `narrow` fits `wide`, too. */
export function covers(wide: string, narrow: string): boolean {
  // A `*` of the narrow one can only be taken by one of the wide one, which then takes whatever it stands for.
  return matcherOf(wide)(narrow);
}
