export { createStandalone, type Standalone, type StandaloneContext, type StandalonePorts } from './standalone.ts';
