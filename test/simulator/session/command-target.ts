import type { CommandTarget } from '../commands/command.ts';
import { redirectByHook } from '../commands/redirect-by-hook.ts';
import type { CallSession } from './call-session.ts';

/** What commands do to a session. */
export function commandTarget(session: CallSession): CommandTarget {
  const { port, state, reporter, tts } = session;
  return {
    callSid: port.facts.callSid,
    state,
    tts,
    get currentVerb() {
      return session.engine.current?.verb;
    },
    get child() {
      return session.child;
    },
    get inConference() {
      return session.inConference;
    },
    signal: (signal) => session.engine.current?.signal(signal) ?? false,
    replaceVerbs: (verbs) => session.engine.replace(verbs),
    appendVerbs: (verbs) => session.engine.append(verbs),
    redirectTo: (hooks) => void redirectByHook(session, hooks),
    configure: (data) => session.host.configure(data),
    dial: (body) => port.dial(body),
    hangUpByCommand: () => {
      if (session.over) return;
      // jambonz treats this command as if the caller had hung up, and says so.
      reporter.completed('caller');
      session.finish({ sipStatus: 200, detail: 'hung up by the command call:status' });
    },
    refuse: (sipStatus) => {
      const outbound = port.facts.direction === 'outbound';
      if (outbound) session.engine.skip();
      else session.finish({ sipStatus, detail: 'refused by the command call:status' });
    },
    notify: (type, data) => session.notify(type, data),
  };
}
