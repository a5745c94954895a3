/** Goal: columns give back what was put in. Method: any records, read in a shuffled order. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalise } from '../normalise/normal-record.ts';
import { anyRecord } from '../testing/people.ts';
import { RecordColumnsBuilder } from './record-columns.ts';

describe('columns of records', () => {
  it('hold each record as it was added, in whichever order they are asked for', () => {
    fc.assert(
      fc.property(fc.array(anyRecord, { minLength: 1, maxLength: 30 }), fc.nat(), (list, step) => {
        const records = list.map(normalise);
        const builder = new RecordColumnsBuilder();
        for (const record of records) builder.add(record);
        const columns = builder.build();
        expect(columns.length).toBe(records.length);
        for (let turn = 0; turn < records.length; turn++) {
          const at = (turn * (step + 1)) % records.length;
          expect(columns.at(at)).toEqual(records[at]);
        }
        expect(columns.at(records.length)).toBeUndefined();
      }),
    );
  });

  it('grow past their first room and tell records apart that share a place of memory', () => {
    const builder = new RecordColumnsBuilder();
    const count = 2_500;
    for (let at = 0; at < count; at++)
      builder.add(normalise({ id: `${at}` as never, given: `name ${at}`, phones: [`1234${at}0`] }));
    const columns = builder.build();
    for (const at of [0, 1_024, 0, 2_048, count - 1]) {
      expect(columns.at(at)?.given).toBe(`name ${at}`);
      expect(columns.at(at)?.phones).toEqual([`1234${at}0`.slice(-9)]);
    }
  });
});
