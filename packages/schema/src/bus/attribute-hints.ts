import { closestName } from '../jambonz/suggest.ts';
import { CommandAttributes } from './attribute-schemas.ts';
import type { Attributes } from './attributes.ts';

const OURS: ReadonlySet<string> = new Set(Object.keys(CommandAttributes.properties));

/**
 * Of CloudEvents and its documented extensions, of trace context, and of what jambus says about events: whoever passes an event on
 * as a command may leave them there, and means nothing by it.
 * https://github.com/cloudevents/spec/blob/main/cloudevents/documented-extensions.md
 */
const OF_OTHERS: ReadonlySet<string> = new Set([
  ...[
    'datacontenttype',
    'dataschema',
    'dataref',
    'partitionkey',
    'sequence',
    'sequencetype',
    'sampledrate',
    'tracestate',
  ],
  ...[
    'authtype',
    'authid',
    'authclaims',
    'correlationid',
    'causationid',
    'recordedtime',
    'severitytext',
    'severitynumber',
  ],
  ...[
    'bamproducer',
    'dlreason',
    'dldetail',
    'dlorigin',
    'dlattempts',
    'epoch',
    'application',
    'sequencereset',
    'deprecated',
  ],
]);

/** The beginning of a name that is meant for it, such as `expiry` for `expirytime`, has so many letters at least. */
const SHORTEST_BEGINNING = 4;

/**
 * What is said about a command under a name that jambus does not know and that is nearly one of its own. It has no effect, which
 * its publisher hardly wants.
 *
 * @returns a sentence for each, for people; as a rule none
 */
export function attributeHints(attributes: Attributes): readonly string[] {
  let hints: string[] | undefined;
  for (const name in attributes) {
    if (OURS.has(name) || OF_OTHERS.has(name)) continue;
    const meant = meantBy(name);
    if (meant === undefined) continue;
    hints ??= [];
    hints.push(
      `the attribute ${JSON.stringify(name.slice(0, 100))} has no effect; did you mean ${JSON.stringify(meant)}?`,
    );
  }
  return hints ?? NONE;
}

const NONE: readonly string[] = [];

function meantBy(name: string): string | undefined {
  const close = closestName(name, OURS);
  if (close !== undefined || name.length < SHORTEST_BEGINNING) return close;
  for (const own of OURS) if (own.startsWith(name) || name.startsWith(own)) return own;
  return undefined;
}
