import type { ReactNode } from 'react';
import { CopyableCommand } from '../command/copyable-command.tsx';
import './notice.css';

interface EmptyStateProps {
  /** Why it is empty. */
  readonly title: string;
  /** What would be here. */
  readonly children: ReactNode;
  readonly command?: { readonly text: string; readonly what: string };
}

/** An empty place that says what belongs there, why it is empty, and what fills it. */
export function EmptyState({ title, children, command }: EmptyStateProps) {
  return (
    <div className="empty">
      <p className="empty__title">{title}</p>
      <p className="empty__text">{children}</p>
      {command === undefined ? null : <CopyableCommand {...command} />}
    </div>
  );
}
