import { type Static, Type } from '@sinclair/typebox';

/**
 * The generation of jambonz behind the calls, for verbs and commands alike.
 *
 * `open-source-0.9`: feature-server 0.9.8, by its own checks (`@jambonz/verb-specifications`) and the constructors of its
 * verbs. One property that it does not know makes it reject a call, so nothing newer passes among verbs. A command of a
 * newer server passes with a warning: 0.9.8 logs it and goes on, so that it costs nothing but its effect.
 *
 * `10.x`: the commercial servers, by `@jambonz/schema`, which they check verbs with.
 *
 * `tolerant`: for a platform of both, or an unknown one. What either of them takes passes, but for a redirect that makes
 * 0.9.8 lose the verbs of a call.
 */
export const PlatformGeneration = Type.Union([
  Type.Literal('open-source-0.9'),
  Type.Literal('10.x'),
  Type.Literal('tolerant'),
]);
export type PlatformGeneration = Static<typeof PlatformGeneration>;

export const DEFAULT_PLATFORM: PlatformGeneration = 'open-source-0.9';
