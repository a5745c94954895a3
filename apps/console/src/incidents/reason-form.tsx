import { Button, Textarea } from '@mantine/core';
import { useState } from 'react';

interface ReasonFormProps {
  /** What is done, as its button says it. */
  readonly action: string;
  readonly label: string;
  readonly busy: boolean;
  readonly onReason: (because: string) => void;
  readonly onCancel?: () => void;
}

/** Whoever decides says why: the reason goes into the timeline for good. */
export function ReasonForm({ action, label, busy, onReason, onCancel }: ReasonFormProps) {
  const [because, setBecause] = useState('');
  const submit = () => {
    if (because.trim() === '') return;
    onReason(because.trim());
    setBecause('');
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
      className="reason"
    >
      <Textarea
        label={label}
        value={because}
        onChange={(event) => setBecause(event.currentTarget.value)}
        required
        maxLength={4_000}
        size="xs"
        rows={2}
      />
      <div className="reason__actions">
        <Button type="submit" size="compact-sm" loading={busy}>
          {action}
        </Button>
        {onCancel === undefined ? null : (
          <Button size="compact-sm" variant="default" onClick={onCancel}>
            Cancel
          </Button>
        )}
      </div>
    </form>
  );
}
