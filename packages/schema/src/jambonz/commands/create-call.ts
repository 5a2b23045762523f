import { at, type Fault, faultAt, inWords, type Place } from '../fault.ts';
import { isObject, type JsonObject } from '../json/decode.ts';
import type { CheckData } from './checks.ts';

/**
 * What createCall refuses of the body of a `dial` command, beyond the command's schema. jambonz sends the body to itself
 * (`_lccCallDial` in lib/session/call-session.js) and only logs the refusal: nobody else hears of it.
 *
 * - The application behind an `application_sid` brings its own hooks, in place of those in the body. Without one
 *   `call_hook` is required, also beside `app_json`, which is taken out of the body before that is checked as the verb
 *   `rest:dial` (lib/http-routes/api/create-call.js).
 * - Hooks are asked by a requestor of their own, not on the websocket of this call: their addresses must be absolute
 *   (lib/utils/http-requestor.js, ws-requestor.js).
 */
export const createCall: CheckData = (data, verbs, place, faults) => {
  if (!isObject(data)) return;
  const hasApplication = data['application_sid'] !== undefined;
  if (!hasApplication && data['call_hook'] === undefined) {
    faults.push(noApplication(data, place));
    return;
  }
  const { app_json: _, ...body } = data;
  const checked = hasApplication ? { ...body, call_hook: {} } : body;
  verbs.properties('rest:dial', checked, place, faults);
  if (hasApplication || verbs.generation !== 'open-source-0.9') return;
  for (const name of ['call_hook', 'call_status_hook']) checkAddress(data[name], at(place, name), faults);
};

function noApplication(data: JsonObject, place: Place): Fault {
  const problem =
    data['app_json'] === undefined
      ? 'dial needs "call_hook" or "application_sid": what the new call is to do'
      : 'createCall refuses "app_json" without "call_hook" or "application_sid"';
  return faultAt(at(place, 'call_hook'), 'a hook', 'nothing', problem);
}

const ABSOLUTE = /^(?:https?|wss?):\/\//;
const METHODS = ['GET', 'POST'];

function checkAddress(hook: unknown, place: Place, faults: Fault[]): void {
  if (hook === undefined) return;
  const url = isObject(hook) ? hook['url'] : hook;
  if (typeof url !== 'string' || !ABSOLUTE.test(url)) {
    const problem = `the new call asks this hook by itself: it must be an absolute http, https, ws or wss address, got ${inWords(url)}`;
    faults.push(faultAt(place, 'an absolute address', inWords(url), problem));
    return;
  }
  const method = isObject(hook) ? hook['method'] : undefined;
  if (method === undefined || url.startsWith('ws') || method === 'WS') return;
  if (typeof method === 'string' && METHODS.includes(method.toUpperCase())) return;
  const problem = `createCall asks hooks with "GET" or "POST", got ${inWords(method)}`;
  faults.push(faultAt(at(place, 'method'), '"GET" or "POST"', inWords(method), problem));
}
