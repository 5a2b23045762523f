import { closestName } from '../jambonz/suggest.ts';
import { CommandAttributes } from './attribute-schemas.ts';
import type { Attributes } from './attributes.ts';

const OURS: ReadonlySet<string> = new Set(Object.keys(CommandAttributes.properties));
/** Those of them that change what is done with a command, and whose names are not too short to be told apart. */
const WITH_EFFECT = [
  'expirytime',
  'ifverbid',
  'ifsequence',
  'results',
  'traceparent',
] satisfies (keyof CommandAttributes)[];

/**
 * Of CloudEvents and its documented extensions, of trace context, and of what jambus says about events: a service that passes an
 * event on as a command may leave them there, and means nothing by it.
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

/** Shorter names are near to too many others. */
const SHORTEST = 4;
/** A publisher may send tens of thousands of names. So many unknown ones of a record are compared, and no more. */
const MOST_COMPARED = 16;

/**
 * What is said about a command under a name that jambus does not know and that is nearly one of its own. It has no effect, which
 * its publisher hardly wants.
 *
 * @returns a sentence for each, for people; as a rule there is nothing to say
 */
export function attributeHints(attributes: Attributes): readonly string[] {
  let hints: string[] | undefined;
  let compared = 0;
  for (const name in attributes) {
    if (OURS.has(name) || OF_OTHERS.has(name) || name.length < SHORTEST) continue;
    if (++compared > MOST_COMPARED) break;
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

/** A name a few letters away, or one that begins like this, as `expirytime` does like `expiry`. */
function meantBy(name: string): string | undefined {
  const close = closestName(name, WITH_EFFECT);
  if (close !== undefined) return close;
  return WITH_EFFECT.find((own) => own.startsWith(name));
}
