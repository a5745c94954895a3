export { type FakeClock, fakeClock } from './fake-clock.ts';
export { type SeededRandom, seededRandom } from './seeded-random.ts';
export { type TestDatabase, type TestDatabaseOptions, testDatabase } from './test-database.ts';
