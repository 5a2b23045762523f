export * from './start-opentelemetry.ts';
