import { describe, expect, it } from 'vitest';
import { serving } from '../testing/serving.ts';
import { DRILLS } from './index.ts';
import { runDrill } from './run-drill.ts';

describe('a drill', () => {
  it.each(DRILLS)(
    '$name: the incident names the cause first and exactly whom it reached',
    async (drill) => {
      const world = await serving();
      try {
        const verdict = await runDrill(drill, world);
        expect(verdict, JSON.stringify(verdict)).toMatchObject({
          causeFirst: true,
          affectedExact: true,
        });
      } finally {
        await world.stop();
      }
    },
    180_000,
  );
});
