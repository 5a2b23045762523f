/** Whether a text fits a pattern, in which `*` stands for any characters, none as well. */
export function matcherOf(pattern: string): (text: string) => boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  const expression = new RegExp(`^${parts.join('.*')}$`, 's');
  return (text) => expression.test(text);
}

/** Whether everything that fits the pattern `narrow` fits `wide`, too. */
export function covers(wide: string, narrow: string): boolean {
  // A `*` of the narrow one can only be taken by one of the wide one, which then takes whatever it stands for.
  return matcherOf(wide)(narrow);
}
