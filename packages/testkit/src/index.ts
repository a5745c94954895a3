export { type FakeClock, fakeClock } from './fake-clock.ts';
export { chromiumPath, natsServerPath } from './find-program.ts';
export { runs } from './runs.ts';
export { type SeededRandom, seededRandom } from './seeded-random.ts';
export { type TestDatabase, type TestDatabaseOptions, testDatabase } from './test-database.ts';
