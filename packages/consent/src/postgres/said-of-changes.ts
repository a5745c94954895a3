import type { ProjectedChange } from '@holdfast/store';
import { consentFault } from '../errors.ts';

/**
 * What resources say of people, taken apart once: each change is asked whether a projection is due to
 * it, and then what it says.
 */
export class SaidOfChanges<Said extends object> {
  readonly #read: (change: ProjectedChange) => readonly Said[];
  readonly #most: number;
  readonly #known = new WeakMap<ProjectedChange, readonly Said[]>();

  /** @param most things that one resource may say */
  constructor(read: (change: ProjectedChange) => readonly Said[], most: number) {
    this.#read = read;
    this.#most = most;
  }

  of(change: ProjectedChange): readonly Said[] {
    const known = this.#known.get(change);
    if (known !== undefined) return known;
    const said = this.#read(change);
    this.#known.set(change, said);
    return said;
  }

  /**
   * Of all, each with its change's place from 1.
   *
   * @throws Fault CONSENT_RELATIONS_BEYOND_LIMITS
   */
  ofAll(changes: readonly ProjectedChange[]): readonly (Said & { readonly source: number })[] {
    return changes.flatMap((change, index) => {
      const said = this.of(change);
      if (said.length > this.#most) throw consentFault('CONSENT_RELATIONS_BEYOND_LIMITS');
      return said.map((each) => ({ ...each, source: index + 1 }));
    });
  }
}
