/** Whatever is given to jambus is read and never changed, so that constants may be given, too. */
export function readonlyMembers(code: string): string {
  return readonlyArrays(code).replace(/^( +)(?=(?:'[^'\n]+'|\w+|\[\w+: \w+\])\??:(?: |$))/gm, '$1readonly ');
}

function readonlyArrays(code: string): string {
  let result = code;
  for (let end = result.lastIndexOf('[]'); end > 0; end = result.lastIndexOf('[]', end - 1)) {
    const start = startOfElement(result, end);
    result = `${result.slice(0, start)}readonly ${result.slice(start)}`;
  }
  return result;
}

/** Where the type begins that ends at `end`: a name, or what is in brackets, which a name may stand before. */
function startOfElement(code: string, end: number): number {
  let depth = 0;
  for (let at = end - 1; at > 0; at--) {
    const character = code.charAt(at);
    if ('>)}'.includes(character)) depth++;
    else if ('<({'.includes(character)) depth--;
    else if (depth === 0 && !/[\w]/.test(character)) return at + 1;
    if (depth === 0 && '({'.includes(character)) return at;
    if (depth < 0) return at + 1;
  }
  throw new RangeError('an array of nothing');
}
