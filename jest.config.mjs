import { availableParallelism } from 'node:os';

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
  // Most of the time tests wait for processes and brokers: with a worker for each core, half of the cores are idle.
  maxWorkers: availableParallelism() + 2,
  testTimeout: 60_000,
};
