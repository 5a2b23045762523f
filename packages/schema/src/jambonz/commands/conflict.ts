import { isDeepStrictEqual } from 'node:util';
import { isObject } from '../json/decode.ts';

/**
 * Where a command may carry its data twice (flat for the documentation, under `name` for the server's code), says
 * whether the two differ: newer and older servers would then do different things.
 */
export function differsFrom(name: string): (data: unknown) => boolean {
  return (data) => {
    if (!isObject(data)) return false;
    const { [name]: inner, ...flat } = data;
    return inner !== undefined && Object.keys(flat).length > 0 && !isDeepStrictEqual(inner, flat);
  };
}
