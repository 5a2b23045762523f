import { JambusError } from '@jambus/schema';

/** Where the REST API of the platform is, and how to get in. */
export interface PlatformApi {
  /** Its base, such as `https://api.example.org/v1`; by default the variable `JAMBONZ_API_URL`. */
  readonly url?: string | undefined;
  /** By default the variable `JAMBONZ_API_TOKEN`. */
  readonly token?: string | undefined;
  /** By default the variable `JAMBONZ_ACCOUNT_SID`. */
  readonly accountSid?: string | undefined;
}

/** Whom to call. */
export type CallTarget =
  | { readonly type: 'phone'; readonly number: string; readonly trunk?: string }
  | { readonly type: 'sip'; readonly sipUri: string }
  | { readonly type: 'user'; readonly name: string }
  | { readonly type: 'teams'; readonly number: string; readonly tenant?: string };

/** A call to be placed. */
export interface CreateOptions {
  readonly from: string;
  /** A text is the number of a phone. */
  readonly to: string | CallTarget;
  /** Its `application_sid`, or the absolute address of its websocket; either has to lead to a gateway of this bus. */
  readonly application: string;
  /** How long it may ring, s; by default 60, as the platform has it. */
  readonly timeout?: number | undefined;
  /** Comes back as `customerData` in the `session:new`. */
  readonly tag?: Readonly<Record<string, unknown>> | undefined;
  /** More of the body of the platform's createCall, as it is. */
  readonly more?: Readonly<Record<string, unknown>> | undefined;
}

/** How long the platform may take to place a call, ms. */
const ANSWER_WITHIN_MS = 15_000;
const MOST_TOLD = 300;

/**
 * Asks the platform to place a call. https://docs.jambonz.org/reference/rest-platform-management/calls/create-call
 *
 * @returns its `call_sid`
 * @throws JambusError `bad_config` without an address, token or account; `platform_refused` with what it says;
 *   `platform_unavailable` when it does not answer: the call may be placed all the same
 */
export async function createCall(api: PlatformApi, options: CreateOptions): Promise<string> {
  const { url, token, accountSid } = platformOf(api);
  const response = await fetch(`${url}/Accounts/${encodeURIComponent(accountSid)}/Calls`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(bodyOf(options)),
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
  }).catch((cause: unknown) => {
    throw unavailable('does not answer', cause);
  });
  const text = await response.text().catch((cause: unknown) => {
    throw unavailable('broke off its answer', cause);
  });
  if (response.status >= 500) throw unavailable(`answers ${response.status}: ${text.slice(0, MOST_TOLD)}`);
  if (!response.ok) {
    const why = `the platform places no call (${response.status}): ${text.slice(0, MOST_TOLD)}`;
    throw new JambusError('platform_refused', why);
  }
  const { sid } = parsed(text);
  if (typeof sid === 'string' && sid !== '') return sid;
  throw unavailable(`answers without a sid: ${text.slice(0, MOST_TOLD)}`);
}

function platformOf({ url, token, accountSid }: PlatformApi) {
  const { env } = process;
  const given = {
    url: url ?? env['JAMBONZ_API_URL'],
    token: token ?? env['JAMBONZ_API_TOKEN'],
    accountSid: accountSid ?? env['JAMBONZ_ACCOUNT_SID'],
  };
  if (given.url && given.token && given.accountSid) {
    return { url: given.url.replace(/\/+$/, ''), token: given.token, accountSid: given.accountSid };
  }
  const lacks = Object.entries({
    JAMBONZ_API_URL: given.url,
    JAMBONZ_API_TOKEN: given.token,
    JAMBONZ_ACCOUNT_SID: given.accountSid,
  }).flatMap(([name, value]) => (value ? [] : [name]));
  throw new JambusError('bad_config', `to place calls, set ${lacks.join(', ')}, or the option api of the client`);
}

function bodyOf({ from, to, application, timeout, tag, more }: CreateOptions) {
  const isAddress = /^[a-z]+:\/\//i.test(application);
  return {
    ...more,
    from,
    to: typeof to === 'string' ? { type: 'phone', number: to } : to,
    ...(isAddress ? { call_hook: { url: application } } : { application_sid: application }),
    ...(timeout !== undefined && { timeout }),
    ...(tag !== undefined && { tag }),
  };
}

function parsed(text: string): { readonly sid?: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

function unavailable(what: string, cause?: unknown): JambusError {
  return new JambusError('platform_unavailable', `the platform ${what}; the call may be placed all the same`, {
    cause,
  });
}
