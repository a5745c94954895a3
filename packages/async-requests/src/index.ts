export {
  type AsyncAnswer,
  type AsyncAsked,
  AsyncCancelled,
  type AsyncHandler,
  type AsyncStep,
  type AsyncWork,
} from './async-work.ts';
export { ASYNC_FAULTS } from './errors.ts';
export { asyncMigrations } from './migrations.ts';
export {
  type AsyncName,
  AsyncRequests,
  type AsyncState,
} from './postgres/async-requests.ts';
export { AsyncRunner, type AsyncRunnerParts } from './postgres/async-runner.ts';
