import type { CommandResult } from '@jambus/schema';

/** The call is over: what waited for something of it gets this. */
export class CallEnded extends Error {
  override readonly name = 'CallEnded';
  readonly callSid: string;

  /** @param how for people: `completed`, say */
  constructor(callSid: string, how: string) {
    super(`call ${callSid} is over: ${how}`);
    this.callSid = callSid;
  }
}

/** The call goes on, and is another process's, which runs its function again. */
export class CallHandedOver extends Error {
  override readonly name = 'CallHandedOver';
  readonly callSid: string;

  constructor(callSid: string) {
    super(`call ${callSid} is handed over to another process`);
    this.callSid = callSid;
  }
}

/** What was waited for did not come in time. */
export class CallTimeout extends Error {
  override readonly name = 'CallTimeout';

  constructor(callSid: string, what: string, ms: number) {
    super(`call ${callSid}: ${what} did not come within ${ms} ms`);
  }
}

/** jambonz could not run a verb, or not to its end. */
export class VerbFailed extends Error {
  override readonly name = 'VerbFailed';
  readonly verb: string;

  constructor(callSid: string, verb: string, detail: string) {
    super(`call ${callSid}: the verb ${verb} failed: ${detail}`);
    this.verb = verb;
  }
}

/** A command of the call was refused. */
export class CommandRejected extends Error {
  override readonly name = 'CommandRejected';
  readonly result: CommandResult;

  constructor(result: CommandResult) {
    super(`call ${result.callSid}: a command was rejected, ${result.code}: ${result.detail ?? ''}`);
    this.result = result;
  }
}
