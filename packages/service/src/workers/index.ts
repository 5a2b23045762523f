export { joinPeers, type Peers } from './peers.ts';
export { runWorkers } from './run-workers.ts';
