import type { Callee } from '../script/script.ts';
import { parseApplication } from '../verbs/application.ts';
import type { HookOutcome, VerbHost } from '../verbs/host.ts';
import { parseAddress } from '../wire/address.ts';
import { hookPath } from '../wire/hook-path.ts';
import { isJsonObject, type JsonObject } from '../wire/json.ts';
import { outboundSessionData } from '../wire/session-data.ts';
import type { CallSession } from './call-session.ts';
import { playAside, type SideLeg } from './side-play.ts';

/** What the verbs of a session do to it. */
export function verbHost(session: CallSession, callee: Callee): VerbHost {
  const { port, state, reporter, durations, caller } = session;
  const { script, queueEvents } = port.settings;

  async function hook(
    path: unknown,
    results: JsonObject,
    verbsCount: boolean,
    type = 'verb:hook',
  ): Promise<HookOutcome> {
    const url = askable(path);
    if (url === undefined) return 'nothing';
    const answer = await port.say({ type, hook: url, data: { ...reporter.info(), ...results } });
    if (!answer.ok) return 'failed';
    if (!verbsCount || !Array.isArray(answer.data)) return 'nothing';
    const application = parseApplication(answer.data);
    if (!application.ok) {
      port.ignored(`ack to the hook ${url}: ${application.fault}`);
      return 'failed';
    }
    if (application.verbs.length === 0) return 'nothing';
    session.engine.replace(application.verbs);
    return 'replaced';
  }

  function askable(path: unknown): string | undefined {
    const url = hookPath(path);
    if (url === undefined || !url.startsWith('http')) return url;
    port.ignored(`hook ${url}: an HTTP hook does not go over the websocket and is not simulated`);
    return undefined;
  }

  const host: VerbHost = {
    durations,
    callee,
    queueEvents,
    isAnswered: () => state.answered,
    isGivenUp: () => port.isGivenUp(),
    answer: () => session.answer(),
    hangUp: () => session.hangUp('jambonz hung up'),
    decline: (sipStatus, sipReason) => {
      reporter.status({ status: 'failed', sipStatus, sipReason });
      session.finish({ sipStatus, detail: `declined: ${sipReason}` });
    },
    replyOfCaller: (verb) => caller.replyTo(verb),
    hook,
    ask: async (type, path, data) => {
      const url = askable(path);
      return url === undefined ? { ok: true, data: undefined } : port.say({ type, hook: url, data });
    },
    info: () => reporter.info(),
    childInfo: (leg) => reporter.childInfo(leg),
    childStatus: (leg, progress, more) => reporter.child(leg, progress, more),
    setChild: (leg) => {
      session.child = leg;
    },
    adult: (leg, verbs) => {
      session.engine.current?.signal({ kind: 'child left' });
      session.child = undefined;
      return port.adult(leg, verbs, reporter.info());
    },
    play: (verbs, leg) => playAside(verbs, sideLeg(session, leg), host, port.clock),
    replace: (verbs) => session.engine.replace(verbs),
    handOver: (url) => port.handOver(parseAddress(url)),
    moveStatuses: (url) => port.moveStatuses(parseAddress(url)),
    progress: (progress) => {
      if (session.over) return;
      if (progress.status === 'in-progress') {
        session.answer();
        if (callee.hangUpAfterMs !== Number.POSITIVE_INFINITY) caller.hangUpAfter(callee.hangUpAfterMs);
        return;
      }
      reporter.status(progress);
    },
    unanswered: ({ sipStatus, sipReason }) => session.finish({ sipStatus, detail: `the callee: ${sipReason}` }),
    askInitial: async () => {
      const { kind } = port.settings;
      // The platform has the application of this call already.
      if (kind.kind === 'outbound' && kind.verbs) return { ok: true, data: kind.verbs };
      return port.say({ type: 'session:new', data: outboundSessionData(port.facts) });
    },
    setUp: () => port.setUp(),
    setTag: (data) => {
      state.customerData = data;
    },
    setInConference: (joined) => {
      session.inConference = joined;
    },
    configure: (data) => {
      state.config = { ...state.config, ...data };
      if (data['notifyEvents'] === true) reporter.reportVerbs();
      if (isJsonObject(data['record'])) session.receive(recordCommand(session, data['record']));
    },
    noteDub: (data) => state.dubs.push(data),
    noteSipRequest: (data) => state.sipRequests.push({ leg: 'parent', content: data }),
    noteDtmf: (data) => state.dtmfSent.push({ leg: 'parent', content: data }),
    playback: (verb, event) => reporter.playback(verb, event),
    verbStarting: (verb) => {
      port.counters.verbsStarted += 1;
      state.verbs.push(verb);
      reporter.verb(verb, 'starting');
      caller.verbStarting(verb);
    },
    verbFinished: (verb) => {
      port.counters.verbsFinished += 1;
      reporter.verb(verb, 'finished');
      caller.verbFinished(verb);
    },
    failureOf: ({ id, name }) => {
      const { failures } = script;
      return (id === undefined ? undefined : failures?.[id]) ?? failures?.[name];
    },
    reportError: (data) => session.notify('jambonz:error', data),
    say: (type, data) => session.notify(type, data),
    ignored: (reason) => port.ignored(reason),
  };
  return host;
}

/** The party that verbs are played to: the caller, or a leg that was dialled. */
function sideLeg(session: CallSession, leg: { readonly callSid: string; readonly to: string } | undefined): SideLeg {
  const { port, state, reporter, caller } = session;
  return {
    info: () => (leg ? reporter.childInfo(leg) : reporter.info()),
    starting: (verb) => {
      state.sideVerbs.push({ leg: leg ? 'child' : 'parent', verb });
      caller.verbStarting(verb);
    },
    finished: (verb) => caller.verbFinished(verb),
    hangUp: () => {
      if (!leg) session.hangUp('jambonz hung up');
    },
    ask: (type, hook, data) => port.say({ type, hook, data }),
  };
}

function recordCommand(session: CallSession, data: JsonObject) {
  const { callSid } = session.port.facts;
  return { command: 'record', data, queueCommand: false, callSid, toolCallId: undefined };
}
