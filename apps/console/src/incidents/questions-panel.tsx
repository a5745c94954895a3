import type { ExposureQuestion, IncidentDetail } from '@holdfast/api-contract';
import { Button } from '@mantine/core';
import { useState } from 'react';
import { formatCount } from '../format/count.ts';
import { FaultNotice } from '../frame/fault-notice.tsx';
import { Panel } from '../frame/panel.tsx';
import { ReasonForm } from './reason-form.tsx';
import { useIncidentEntry } from './use-incidents.ts';

/** What nobody has said yet and duties depend on: what settles most stands first. */
export function QuestionsPanel({ incident }: { readonly incident: IncidentDetail }) {
  const open = incident.questions.filter(({ answer }) => answer === null);
  const answered = incident.questions.filter(({ answer }) => answer !== null);
  return (
    <Panel
      id="questions"
      title="Questions"
      aside={<span className="panel__note">{formatCount(open.length)} open</span>}
    >
      {open.length === 0 ? <p className="panel__text">No duty waits for an answer.</p> : null}
      <ul className="questions">
        {[...open, ...answered].map((question) => (
          <Question
            key={question.name}
            question={question}
            id={incident.id}
            isClosed={incident.status === 'closed'}
          />
        ))}
      </ul>
    </Panel>
  );
}

function Question(props: {
  readonly question: ExposureQuestion;
  readonly id: string;
  readonly isClosed: boolean;
}) {
  const { question, id, isClosed } = props;
  const entry = useIncidentEntry(id);
  const [choice, setChoice] = useState<boolean | null | undefined>(undefined);
  const answer = (because: string) =>
    entry.mutate(
      { kind: 'answered', question: question.name, answer: choice ?? null, because },
      { onSuccess: () => setChoice(undefined) },
    );
  return (
    <li className="question" data-answered={question.answer !== null}>
      <p className="question__text">
        {question.question}{' '}
        {question.answer === null ? (
          <span className="panel__note">{settles(question.settles)}</span>
        ) : (
          <strong>{question.answer ? 'Yes' : 'No'}</strong>
        )}
      </p>
      {isClosed || choice !== undefined ? null : (
        <div className="question__choices">
          {CHOICES.filter(({ value }) => value !== question.answer).map(({ value, label }) => (
            <Button
              key={label}
              size="compact-sm"
              variant="default"
              aria-label={`${label}: ${question.question}`}
              onClick={() => setChoice(value)}
            >
              {label}
            </Button>
          ))}
        </div>
      )}
      {choice === undefined ? null : (
        <ReasonForm
          action={labelOf(choice)}
          label={`${labelOf(choice)}, because`}
          busy={entry.isPending}
          onReason={answer}
          onCancel={() => setChoice(undefined)}
        />
      )}
      {entry.isError ? <FaultNotice error={entry.error} /> : null}
    </li>
  );
}

const settles = (duties: number): string =>
  duties === 1 ? 'settles one duty' : `settles ${formatCount(duties)} duties`;

const CHOICES = [
  { value: true, label: 'Yes' },
  { value: false, label: 'No' },
  { value: null, label: 'Withdraw' },
] as const;

const labelOf = (choice: boolean | null): string =>
  CHOICES.find(({ value }) => value === choice)?.label ?? '';
