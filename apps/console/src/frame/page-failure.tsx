import { Button } from '@mantine/core';
import { FaultNotice } from './fault-notice.tsx';

interface PageFailureProps {
  readonly error: unknown;
  readonly reset: () => void;
}

/** Shown in place of a page that cannot be drawn. */
export function PageFailure({ error, reset }: PageFailureProps) {
  return (
    <div className="page-notice">
      <h1>This page cannot be shown</h1>
      <FaultNotice error={error} retry={reset}>
        <Button size="xs" variant="default" onClick={() => location.reload()}>
          Reload
        </Button>
      </FaultNotice>
    </div>
  );
}
