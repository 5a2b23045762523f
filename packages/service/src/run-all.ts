import { JambusError } from '@jambus/schema';

/** A part of a service that runs until it is told to stop. */
export interface Component {
  /** For logs and errors. */
  readonly name: string;
  /** Resolves after `signal` aborts, when everything has stopped. */
  run(signal: AbortSignal): Promise<void>;
}

/**
 * Runs components side by side until `signal` aborts. When one fails, or ends without being told to, the others are stopped
 * too: a service without one of its parts is not a service. Resolves when all have stopped.
 *
 * @throws JambusError with the name of the component that failed and its code; when several failed, the code of the first
 *   one and an AggregateError of all as cause
 */
export async function runAll(signal: AbortSignal, components: readonly Component[]): Promise<void> {
  const failure = new AbortController();
  const either = AbortSignal.any([signal, failure.signal]);
  const failures: JambusError[] = [];
  await Promise.all(
    components.map(async (component) => {
      try {
        await component.run(either);
        if (!either.aborted) throw new JambusError('internal', 'ended without being told to');
      } catch (error) {
        const { code, message } = JambusError.from(error);
        failures.push(new JambusError(code, `${component.name}: ${message}`, { cause: error }));
        failure.abort(failures[0]);
      }
    }),
  );
  const [first, ...others] = failures;
  if (first === undefined) return;
  if (others.length === 0) throw first;
  const messages = failures.map(({ message }) => message).join('; ');
  throw new JambusError(first.code, messages, { cause: new AggregateError(failures, messages) });
}
