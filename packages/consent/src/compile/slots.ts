import type { ClassConsent, ClassProvision, ConsentClass } from './canonical-class.ts';
import { UNENFORCEABLE } from './canonical-class.ts';
import type { Scope } from './compile-provision.ts';

/** A provision whose actors and data know where in the residual they stand. */
export interface PlacedProvision {
  readonly effect: 'permit' | 'deny';
  readonly stated: Scope;
  readonly children: readonly PlacedProvision[];
}

export interface Placed extends Omit<ClassConsent, 'root'> {
  readonly root: PlacedProvision;
}

/** Counts slots in the order in which `canonicalise` wrote the residual (CON-2). */
export function place(consentClass: ConsentClass): readonly Placed[] {
  let next = 0;
  const take = (count: number): { first: number; count: number } => {
    next += count;
    return { first: next - count, count };
  };
  const provision = (node: ClassProvision): PlacedProvision => {
    const { effect, actor, data, but, ...rest } = node;
    const stated: Scope = {
      ...rest,
      ...(actor !== undefined && { actor: actor === UNENFORCEABLE ? actor : take(actor) }),
      ...(data !== undefined && {
        data:
          data === UNENFORCEABLE ? data : data.map(([kind, count]) => ({ kind, ...take(count) })),
      }),
    };
    return { effect, stated, children: (but ?? []).map(provision) };
  };
  return consentClass.consents.map(({ root, ...consent }) => ({
    ...consent,
    root: provision(root),
  }));
}
