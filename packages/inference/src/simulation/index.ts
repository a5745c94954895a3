export { fullQueue } from './full-queue.ts';
export {
  goodput,
  inTimeShare,
  latenciesOf,
  percentile,
  starved,
  waste,
} from './measures.ts';
export {
  BandedTurns,
  FirstInFirstOut,
  type PeerQueue,
  StrictPriority,
  simulatePeer,
} from './peers.ts';
export { type Outcome, type Simulated, type Stretch, simulate } from './simulate.ts';
export { stoppableBackend, unstoppableBackend } from './stoppable-backend.ts';
export { type Arrival, arrivalsLasting, WORK_CLASSES, workload } from './workload.ts';
