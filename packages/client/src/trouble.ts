import { JambusError } from '@jambus/schema';

/** What a client does with trouble: a fault in who is told of it goes no further than a warning. */
export function guarded(onTrouble: (error: JambusError) => void = warn): (error: JambusError) => void {
  return (error) => {
    try {
      onTrouble(error);
    } catch (thrown) {
      warn(JambusError.from(thrown));
    }
  };
}

function warn({ code, message }: JambusError): void {
  process.emitWarning(message, { type: 'JambusWarning', code });
}
