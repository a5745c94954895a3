import type { NearValue } from '@holdfast/fhir';
import type { Bind } from '../access-gate.ts';
import { or } from './search-context.ts';

/** Radius of a sphere like the earth, and the degrees of latitude that a kilometre spans. */
const EARTH_KILOMETRES = 6_371;
const DEGREES_PER_KILOMETRE = 180 / (Math.PI * EARTH_KILOMETRES);

/** Holds where the position `x` lies within the great-circle distance of one of the points. */
export function nearMatch(values: readonly NearValue[], x: string, bind: Bind): string {
  return or(
    values.map(({ latitude, longitude, kilometres }) => {
      const margin = kilometres * DEGREES_PER_KILOMETRE;
      const number = (value: number): string => `${bind(value)}::float8`;
      const lat = number(latitude);
      // Haversine; `least` guards against a rounding above 1. The latitudes bound the index scan.
      return `(${x}.latitude between ${number(latitude - margin)} and ${number(latitude + margin)}
        and 2 * ${EARTH_KILOMETRES} * asin(sqrt(least(1.0,
          power(sin(radians(${x}.latitude - ${lat}) / 2), 2)
          + cos(radians(${lat})) * cos(radians(${x}.latitude))
            * power(sin(radians(${x}.longitude - ${number(longitude)}) / 2), 2)))) <= ${number(kilometres)})`;
    }),
  );
}
