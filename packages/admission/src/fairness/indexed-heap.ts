/**
 * A binary heap whose members can be removed or re-ordered in O(log n): what leaves the queue
 * leaves at once, so a 24-hour deadline of finished work costs no memory.
 */
export class IndexedHeap<Member> {
  readonly #before: (a: Member, b: Member) => boolean;
  readonly #members: Member[] = [];
  readonly #position = new Map<Member, number>();

  constructor(before: (a: Member, b: Member) => boolean) {
    this.#before = before;
  }

  get size(): number {
    return this.#members.length;
  }

  peek(): Member | undefined {
    return this.#members[0];
  }

  has(member: Member): boolean {
    return this.#position.has(member);
  }

  push(member: Member): void {
    this.#place(member, this.#members.length);
    this.#rise(this.#members.length - 1);
  }

  pop(): Member | undefined {
    const first = this.#members[0];
    if (first !== undefined) this.remove(first);
    return first;
  }

  remove(member: Member): boolean {
    const at = this.#position.get(member);
    if (at === undefined) return false;
    this.#position.delete(member);
    const last = this.#members.pop();
    if (last !== undefined && last !== member) {
      this.#place(last, at);
      this.#settle(at);
    }
    return true;
  }

  /** Restores the order after a member's key changed. */
  update(member: Member): void {
    const at = this.#position.get(member);
    if (at !== undefined) this.#settle(at);
  }

  #place(member: Member, at: number): void {
    this.#members[at] = member;
    this.#position.set(member, at);
  }

  #settle(at: number): void {
    this.#sink(this.#rise(at));
  }

  #swapIfBefore(child: number, parent: number): boolean {
    const a = this.#members[child];
    const b = this.#members[parent];
    if (a === undefined || b === undefined || !this.#before(a, b)) return false;
    this.#place(a, parent);
    this.#place(b, child);
    return true;
  }

  #rise(from: number): number {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#swapIfBefore(at, parent)) break;
      at = parent;
    }
    return at;
  }

  #sink(from: number): void {
    let at = from;
    for (;;) {
      const left = 2 * at + 1;
      const a = this.#members[left];
      const b = this.#members[left + 1];
      if (a === undefined) return;
      const child = b !== undefined && this.#before(b, a) ? left + 1 : left;
      if (!this.#swapIfBefore(child, at)) return;
      at = child;
    }
  }
}
