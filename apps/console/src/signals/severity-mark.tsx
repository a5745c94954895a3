import type { Severity } from '@holdfast/api-contract';
import type { Standing } from '../answers/answers.ts';
import { StandingMark } from '../frame/standing-mark.tsx';

const STANDING: Readonly<Record<Severity, Standing>> = {
  critical: 'bad',
  major: 'watch',
  minor: 'unknown',
};

/** The severity as shape, colour and word. */
export function SeverityMark({ severity }: { readonly severity: Severity }) {
  return (
    <span className="severity" data-severity={severity}>
      <StandingMark standing={STANDING[severity]} silent /> {severity}
    </span>
  );
}
