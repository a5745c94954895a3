import type { TenantId } from '@holdfast/kernel';
import { parseBody } from '../entry/audit-body.ts';
import type { Leaf } from '../entry/leaf.ts';
import type { TagKey } from '../entry/tag-key.ts';
import { DELETION_RECORD_MS } from '../limits.ts';
import type { Finding } from './finding.ts';
import type { RecordBody } from './match-batch.ts';

/** A version as it stands where writes put it. */
export interface WrittenContent {
  /** Empty for a deletion. */
  readonly text: string;
  /** Columns beside the text that are not what they would be made from it, e.g. security labels. */
  readonly wrong: readonly string[];
  /** Of a deletion, whose text does not say it: RFC 3339. */
  readonly deletedAt?: string;
}

/** What the writes of one tenant left, e.g. in the FHIR store; all reads from one snapshot. */
export interface WrittenContents {
  /** @param targets `Type/id/_history/version`; answers in their order, undefined = nothing there */
  read(targets: readonly string[]): Promise<readonly (WrittenContent | undefined)[]>;
  /** How many versions there are. */
  count(): Promise<number>;
}

/** A write whose leaf and body hold. */
export interface LoggedWrite {
  readonly leaf: Leaf;
  readonly body: RecordBody;
  readonly position: number | null;
}

/** Holds stored versions against the leaves of the writes that made them. */
export class ContentCheck {
  readonly #contents: WrittenContents;
  readonly #key: { readonly tagKey: TagKey; readonly tenant: TenantId };
  readonly #report: (finding: Finding) => void;
  #logged = 0;
  #checked = 0;
  #missing = 0;

  constructor(parts: {
    readonly contents: WrittenContents;
    readonly tagKey: TagKey;
    readonly tenant: TenantId;
    readonly report: (finding: Finding) => void;
  }) {
    this.#contents = parts.contents;
    this.#key = parts;
    this.#report = parts.report;
  }

  /** Versions found to be as written. */
  get checked(): number {
    return this.#checked;
  }

  async add(writes: readonly LoggedWrite[]): Promise<void> {
    this.#logged += writes.length;
    const known = writes.flatMap((write) => {
      const { body } = write;
      const target = body.state === 'held' ? parseBody(body.text)?.target : undefined;
      return typeof target === 'string' ? [{ ...write, target }] : [];
    });
    if (known.length === 0) return;
    const found = await this.#contents.read(known.map(({ target }) => target));
    known.forEach(({ leaf, position }, index) => {
      const finding = this.#findingOf(leaf, found[index]);
      if (finding === null) this.#checked += 1;
      else this.#report({ ...finding, position, auditId: leaf.id });
    });
  }

  async finish(): Promise<void> {
    const surplus = (await this.#contents.count()) + this.#missing - this.#logged;
    if (surplus <= 0) return;
    const detail = `${surplus} versions more than records of writes`;
    this.#report({ kind: 'content-unlogged', position: null, auditId: null, detail });
  }

  #findingOf(
    leaf: Leaf,
    content: WrittenContent | undefined,
  ): Pick<Finding, 'kind' | 'detail'> | null {
    if (content === undefined) {
      this.#missing += 1;
      return { kind: 'content-missing' };
    }
    const { tagKey, tenant } = this.#key;
    const tag = tagKey.tag({ kind: 'content', tenant, value: content.text });
    if (tag.toString('base64url') !== leaf.content) return { kind: 'content-altered' };
    const wrong = isAsRecorded(content, leaf) ? content.wrong : [...content.wrong, 'updated'];
    if (wrong.length === 0) return null;
    return { kind: 'content-altered', detail: wrong.join(', ') };
  }
}

/** A deletion is recorded as it is made, or a few attempts later. */
const isAsRecorded = ({ deletedAt }: WrittenContent, { ts }: Leaf): boolean =>
  deletedAt === undefined || Math.abs(Date.parse(ts) - Date.parse(deletedAt)) <= DELETION_RECORD_MS;
