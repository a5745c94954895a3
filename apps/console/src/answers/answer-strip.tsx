import type { Overview } from '@holdfast/api-contract';
import { StandingMark } from '../frame/standing-mark.tsx';
import { answersOf } from './answers.ts';
import './answer-strip.css';

/** The five questions at a glance; each leads to the section that answers it in full. */
export function AnswerStrip({ overview }: { readonly overview: Overview }) {
  return (
    <nav aria-label="Five questions" className="answers">
      {answersOf(overview).map(({ id, question, standing, headline, detail }) => (
        <a key={id} href={`#${id}`} className="answer" data-standing={standing}>
          <span className="answer__question">{question}</span>
          <span className="answer__headline">
            <StandingMark standing={standing} />
            {headline}
          </span>
          <span className="answer__detail">{detail}</span>
        </a>
      ))}
    </nav>
  );
}
