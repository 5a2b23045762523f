import type { TSchema } from '@sinclair/typebox';
import { TypeCompiler } from '@sinclair/typebox/compiler';

/** Whether the data of a message has the form that its type promises; the check of a type is compiled on first use. */
export function createDataChecks<Name extends string>(
  schemas: Readonly<Record<Name, { readonly properties: { readonly data: TSchema } }>>,
): (type: Name, data: unknown) => boolean {
  const checks = new Map<Name, (data: unknown) => boolean>();
  return (type, data) => {
    let check = checks.get(type);
    if (check === undefined) {
      const compiled = TypeCompiler.Compile(schemas[type].properties.data);
      check = (value) => compiled.Check(value);
      checks.set(type, check);
    }
    return check(data);
  };
}
