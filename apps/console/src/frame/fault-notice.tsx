import { Fault } from '@holdfast/kernel';
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { StandingMark } from './standing-mark.tsx';
import './notice.css';

interface FaultNoticeProps {
  readonly error: unknown;
  readonly retry?: () => void;
  readonly children?: ReactNode;
}

/** What happened, what to do, and the code to look it up; never a stack, never data of a patient. */
export function FaultNotice({ error, retry, children }: FaultNoticeProps) {
  const fault = error instanceof Fault ? error : undefined;
  return (
    <div className="notice" data-standing="bad" role="alert">
      <StandingMark standing="bad" silent />
      <div className="notice__body">
        <p className="notice__title">{fault?.row.text ?? 'This part of the console broke.'}</p>
        {fault?.detail.diagnostics === undefined ? null : <p>{fault.detail.diagnostics}</p>}
        <p>{fault?.row.mend ?? 'Reload the page. If it stays, report what you did just before.'}</p>
        {fault === undefined ? null : (
          <p className="notice__code">
            <code>{fault.code}</code> · status {fault.row.status}
          </p>
        )}
        <div className="notice__actions">
          {retry === undefined ? null : (
            <Button size="xs" variant="default" onClick={retry}>
              Try again
            </Button>
          )}
          {children}
        </div>
      </div>
    </div>
  );
}
