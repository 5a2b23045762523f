/** The part of the package that jambonz checks verbs with; it ships no types. */
declare module '@jambonz/verb-specifications' {
  interface SpecificationLogger {
    info(...args: unknown[]): void;
  }
  const specifications: {
    normalizeJambones(logger: SpecificationLogger, application: unknown): Record<string, unknown>[];
    validateVerb(name: string, data: unknown, logger: SpecificationLogger): void;
  };
  export default specifications;
}
