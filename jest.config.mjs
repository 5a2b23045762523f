// Tests run as ES modules against the TypeScript sources (the "source" export condition of every workspace package).
export default {
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
  roots: ['<rootDir>/packages', '<rootDir>/services', '<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  modulePathIgnorePatterns: ['/dist/'],
  // Whole processes under load, minutes of it: `pnpm test:faults`.
  testPathIgnorePatterns: ['/node_modules/', '/test/faults/'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  // Much of the time tests wait for processes and brokers; the default would leave one of two cores idle.
  maxWorkers: '100%',
  testTimeout: 60_000,
};
