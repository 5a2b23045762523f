import type { Clock } from '../clock.ts';
import type { Answer } from '../sockets/requests.ts';
import { parseApplication, type Verb } from '../verbs/application.ts';
import { VerbEngine } from '../verbs/engine.ts';
import type { SidePlay, VerbHost } from '../verbs/host.ts';
import { hookPath } from '../wire/hook-path.ts';
import type { JsonObject } from '../wire/json.ts';

/** The party that hears the verbs. */
export interface SideLeg {
  info(): JsonObject;
  starting(verb: Verb): void;
  finished(verb: Verb): void;
  hangUp(): void;
  ask(type: string, hook: string, data: JsonObject): Promise<Answer>;
}

/** What may come in place of verbs that are played aside; jambonz drops the rest. */
const REPLACEMENTS: ReadonlySet<string> = new Set(['config', 'gather', 'play', 'say', 'tag']);

/**
 * Plays verbs to one party beside the call's own verb, as jambonz does for `confirmHook`, `waitHook` and their like: without
 * `verb:status`, and without waiting for commands at the end.
 */
export function playAside(verbs: Verb[], leg: SideLeg, outer: VerbHost, clock: Clock): SidePlay {
  let hungUp = false;
  const host: VerbHost = {
    ...outer,
    isAnswered: () => true,
    isGivenUp: () => true,
    answer: () => undefined,
    hangUp: () => {
      hungUp = true;
      leg.hangUp();
      engine.stop();
    },
    hook: async (hook, results, verbsCount) => {
      const path = hookPath(hook);
      if (path === undefined) return 'nothing';
      const answer = await leg.ask('verb:hook', path, { ...leg.info(), ...results });
      if (!answer.ok) return 'failed';
      if (!verbsCount || !Array.isArray(answer.data)) return 'nothing';
      const application = parseApplication(answer.data);
      if (!application.ok) {
        outer.ignored(`ack to the hook ${path}: ${application.fault}`);
        return 'failed';
      }
      const allowed = application.verbs.filter(({ name }) => REPLACEMENTS.has(name));
      if (allowed.length < application.verbs.length)
        outer.ignored(`ack to the hook ${path}: verbs that are not allowed`);
      if (allowed.length === 0) return 'nothing';
      engine.replace(allowed);
      return 'replaced';
    },
    playback: () => undefined,
    verbStarting: (verb) => leg.starting(verb),
    verbFinished: (verb) => leg.finished(verb),
  };
  const engine = new VerbEngine(host, clock);
  const done = engine.run(verbs).then(() => !hungUp);
  return { done, stop: () => engine.stop() };
}
