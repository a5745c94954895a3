import { ENDPOINTS, type IdentityReview } from '@holdfast/api-contract';
import { Button, Skeleton } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { curlOf } from '../command/commands.ts';
import { CopyCurl } from '../command/copyable-command.tsx';
import { counted } from '../format/count.ts';
import { EmptyState } from '../frame/empty-state.tsx';
import { FaultNotice } from '../frame/fault-notice.tsx';
import { Panel } from '../frame/panel.tsx';
import { useShortcut } from '../shortcuts/shortcuts-context.tsx';
import { EvidenceTable } from './evidence-table.tsx';
import './identity.css';
import { type PairOf, useReviews, useVerdict, type Verdict } from './use-reviews.ts';

/** Which records are of one person: what matching cannot tell, a steward does. */
export function IdentityPage() {
  return (
    <>
      <div className="page-head">
        <h1 className="page-head__title">Identity</h1>
      </div>
      <Reviews />
    </>
  );
}

function Reviews() {
  const { after } = useSearch({ from: '/identity' });
  const reviews = useReviews(after);
  if (reviews.isPending) return <Skeleton height={260} aria-label="Loading questions" />;
  if (reviews.isError) {
    return (
      <div className="page-notice">
        <FaultNotice error={reviews.error} retry={() => void reviews.refetch()} />
      </div>
    );
  }
  return <Queue {...reviews.data} after={after} />;
}

interface QueueProps {
  readonly reviews: readonly IdentityReview[];
  readonly next?: string | undefined;
  readonly after: string | undefined;
}

/** What was said last, for who said it by mistake. */
type Said = PairOf & { readonly verdict: Exclude<Verdict, 'withdrawn'> };

function Queue({ reviews, next, after }: QueueProps) {
  const [at, setAt] = useState(0);
  const [last, setLast] = useState<Said>();
  const verdict = useVerdict(after);
  const place = Math.min(at, reviews.length - 1);
  const review = reviews[place];
  const say = (said: Said['verdict']) => {
    if (review === undefined || verdict.isPending) return;
    const { one, other } = review;
    const about = { one, other, verdict: said };
    verdict.mutate(about, { onSuccess: () => setLast(about) });
  };
  const takeBack = () => {
    if (last === undefined || verdict.isPending) return;
    verdict.mutate({ ...last, verdict: 'withdrawn' }, { onSuccess: () => setLast(undefined) });
  };
  const step = (by: number) => setAt(Math.max(0, Math.min(reviews.length - 1, place + by)));
  useShortcut('s', () => say('same'));
  useShortcut('d', () => say('different'));
  useShortcut('u', () => say('unsure'));
  useShortcut('b', takeBack);
  useShortcut('j', () => step(1));
  useShortcut('k', () => step(-1));
  return (
    <div className="panels panels--stacked">
      <Panel
        id="review"
        title={review === undefined ? 'Questions' : 'Are these one person?'}
        aside={
          <>
            {review === undefined ? null : (
              <span className="panel__note">
                {place + 1} of {next === undefined ? '' : 'the first '}
                {counted(reviews.length, 'question')}
              </span>
            )}
            <CopyCurl
              text={curlOf(location.origin, ENDPOINTS.listIdentityReviews)}
              what="the questions"
            />
          </>
        }
      >
        {review === undefined ? (
          <NothingAsked next={next} />
        ) : (
          <Question review={review} busy={verdict.isPending} onSay={say} onStep={step} />
        )}
        {verdict.isError ? <FaultNotice error={verdict.error} /> : null}
        <p role="status" className="identity__said">
          {last === undefined ? null : SAID[last.verdict]}
        </p>
        {last === undefined ? null : (
          <Button size="compact-sm" variant="default" onClick={takeBack}>
            Take it back (B)
          </Button>
        )}
      </Panel>
    </div>
  );
}

const SAID: Readonly<Record<Said['verdict'], string>> = {
  same: 'They are linked now.',
  different: 'They stay apart, whatever their score.',
  unsure: 'They stay apart, and nobody is asked about them again.',
};

const WITHHELD: Readonly<Record<NonNullable<IdentityReview['withheld']>, string>> = {
  'maybe-family': 'the given name or the birth date differs, as with twins and family',
  'no-identity-evidence': 'no name or identifier names one person',
};

interface QuestionProps {
  readonly review: IdentityReview;
  readonly busy: boolean;
  readonly onSay: (said: Said['verdict']) => void;
  readonly onStep: (by: number) => void;
}

function Question({ review, busy, onSay, onStep }: QuestionProps) {
  const { grade, withheld, probability } = review;
  return (
    <>
      <p className="panel__text">
        By weights alone {percent(probability)} likely, graded {grade}
        {withheld === undefined ? '' : `: ${WITHHELD[withheld]}`}.
      </p>
      <EvidenceTable review={review} />
      <div className="identity__answers">
        <Button size="sm" disabled={busy} onClick={() => onSay('same')}>
          Same person (S)
        </Button>
        <Button size="sm" variant="default" disabled={busy} onClick={() => onSay('different')}>
          Different people (D)
        </Button>
        <Button size="sm" variant="default" disabled={busy} onClick={() => onSay('unsure')}>
          Unsure (U)
        </Button>
        <span className="identity__steps">
          <Button size="compact-sm" variant="subtle" onClick={() => onStep(-1)}>
            Previous (K)
          </Button>
          <Button size="compact-sm" variant="subtle" onClick={() => onStep(1)}>
            Next (J)
          </Button>
        </span>
      </div>
    </>
  );
}

/** Never "100 %": that is what is being asked. */
const percent = (probability: number): string =>
  probability > 0.999 ? 'more than 99.9 %' : `${(probability * 100).toFixed(1)} %`;

function NothingAsked({ next }: { readonly next: string | undefined }) {
  const navigate = useNavigate({ from: '/identity' });
  if (next !== undefined) {
    return (
      <Button size="sm" onClick={() => void navigate({ search: { after: next } })}>
        Go on to the next questions
      </Button>
    );
  }
  return (
    <EmptyState title="No questions">
      When two records are likely of one person and not certainly, their names, dates and contacts
      stand here side by side with what each says for and against. Certain pairs are linked without
      asking.
    </EmptyState>
  );
}
