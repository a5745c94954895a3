import type { Identified, WriteIntent } from '@holdfast/store';
import type { Audited } from '../audit-trail.ts';

/** What writes have to meet beside being valid: rules that some types bring along. */
export interface WriteRules {
  /** Refuses by throwing; may note what the write will need. */
  check(intents: readonly WriteIntent[], who: Audited): Promise<void>;
  /** Refuses by throwing what an edit made of a resource that its writer may see. */
  edited(resource: Identified): void;
}
