import { VisuallyHidden } from '@mantine/core';
import type { Standing } from '../answers/answers.ts';

const WORDS: Readonly<Record<Standing, string>> = {
  good: 'Good',
  watch: 'Worth a look',
  bad: 'Broken',
  unknown: 'Not known yet',
};

/** A shape per standing, so that colour is never the only sign: disc, triangle, square, ring. */
const SHAPES: Readonly<Record<Standing, React.ReactNode>> = {
  good: <circle cx="6" cy="6" r="4.5" />,
  watch: <path d="M6 1 11.4 10.8H.6Z" />,
  bad: <path d="M1.5 1.5h9v9h-9Z" />,
  unknown: <circle cx="6" cy="6" r="4" fill="none" stroke="currentColor" strokeWidth="1.5" />,
};

interface StandingMarkProps {
  readonly standing: Standing;
  /** Leaves the word to the text beside it. */
  readonly silent?: boolean;
}

export function StandingMark({ standing, silent = false }: StandingMarkProps) {
  return (
    <span className="standing-mark" data-standing={standing}>
      <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true" fill="currentColor">
        {SHAPES[standing]}
      </svg>
      {silent ? null : <VisuallyHidden>{WORDS[standing]}. </VisuallyHidden>}
    </span>
  );
}
