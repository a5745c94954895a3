import { createContext, type ReactNode, use, useMemo, useState } from 'react';
import type { Zone } from '../format/instant.ts';

interface ZoneValue {
  readonly zone: Zone;
  readonly setZone: (zone: Zone) => void;
}

const ZoneContext = createContext<ZoneValue | undefined>(undefined);
const KEY = 'holdfast.zone';

/** The one choice of zone: every time, axis and tooltip of the console follows it. */
export function ZoneProvider({ children }: { readonly children: ReactNode }) {
  const [zone, setZone] = useState<Zone>(() =>
    localStorage.getItem(KEY) === 'local' ? 'local' : 'UTC',
  );
  const value = useMemo(
    () => ({
      zone,
      setZone: (next: Zone) => {
        localStorage.setItem(KEY, next);
        setZone(next);
      },
    }),
    [zone],
  );
  return <ZoneContext value={value}>{children}</ZoneContext>;
}

export function useZone(): ZoneValue {
  const value = use(ZoneContext);
  if (value === undefined) throw new TypeError('useZone outside ZoneProvider');
  return value;
}
