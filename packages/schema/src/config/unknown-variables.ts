import { closest, distance } from 'fastest-levenshtein';
import { AdapterConfig } from './adapter-config.ts';
import type { ConfigSchema } from './config-schema.ts';
import { GatewayConfig } from './gateway-config.ts';
import { StandaloneConfig } from './standalone-config.ts';
import { VARIABLE_PREFIX, variableName } from './variable.ts';

/** Several services often share one set of variables, so a setting of another service is not a mistake. */
const OF_ANY_SERVICE: ReadonlySet<string> = new Set(
  [GatewayConfig, AdapterConfig, StandaloneConfig].flatMap((schema) => variablesOf(schema)),
);

/** Read by the tests only. */
const OF_TESTS = `${VARIABLE_PREFIX}TEST_`;

/**
 * Kubernetes puts such variables into every pod for each Service of the namespace, unless `enableServiceLinks` is off: a
 * Service called `jambus-gateway` makes `JAMBUS_GATEWAY_SERVICE_HOST`, `JAMBUS_GATEWAY_PORT_3000_TCP_ADDR` and others.
 */
const SERVICE_LINK_NAME = /_(?:SERVICE_HOST|SERVICE_PORT(?:_\w+)?|PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)$/;
const SERVICE_LINK_VALUE = /^(?:tcp|udp|sctp):\/\//;

/** A suggestion further away than this share of the name helps nobody. */
const FAR = 0.34;

/** Whether a value is one that Kubernetes makes for `<NAME>_PORT`. */
export function isServiceLink(value: string): boolean {
  return SERVICE_LINK_VALUE.test(value);
}

/**
 * A line for each `JAMBUS_*` variable that no service knows, with the setting it was probably meant to be. Values are not
 * shown: the mistyped name may be that of a secret.
 */
export function unknownVariables(schema: ConfigSchema, env: Readonly<Record<string, string | undefined>>): string[] {
  const known = variablesOf(schema);
  return Object.keys(env)
    .filter((name) => name.startsWith(VARIABLE_PREFIX) && !name.startsWith(OF_TESTS))
    .filter((name) => !known.includes(name) && !OF_ANY_SERVICE.has(name))
    .filter((name) => !madeByKubernetes(name, env[name] ?? ''))
    .map((name) => `${name}: no such setting; ${suggestion(name, known)}`);
}

function variablesOf(schema: ConfigSchema): string[] {
  return Object.keys(schema.properties).map(variableName);
}

/** An empty variable counts as not set, here too. */
function madeByKubernetes(name: string, value: string): boolean {
  return value === '' || SERVICE_LINK_NAME.test(name) || (name.endsWith('_PORT') && isServiceLink(value));
}

function suggestion(name: string, known: readonly string[]): string {
  const nearest = closest(name, known);
  const bare = name.length - VARIABLE_PREFIX.length;
  return distance(name, nearest) <= Math.ceil(bare * FAR) ? `did you mean ${nearest}?` : 'see --help for all of them';
}
