import { ActionIcon, Button, CopyButton } from '@mantine/core';
import { useState } from 'react';
import './copyable-command.css';

interface CopyProps {
  readonly text: string;
  /** What is copied, for the button's name: "Copy root hash". */
  readonly what: string;
  /** Visible beside the icon; without it the icon stands alone. */
  readonly label?: string;
}

/** Copies `text`; says so once, also to screen readers. */
export function Copy({ text, what, label }: CopyProps) {
  const [said, setSaid] = useState(false);
  return (
    <CopyButton value={text}>
      {({ copied, copy }) => {
        const onClick = () => {
          copy();
          setSaid(true);
        };
        const common = { color: 'gray', 'aria-label': `Copy ${what}`, onClick } as const;
        return (
          <>
            {label === undefined ? (
              <ActionIcon {...common} variant="subtle" size={24}>
                <CopyIcon done={copied} />
              </ActionIcon>
            ) : (
              <Button
                {...common}
                variant="subtle"
                size="compact-xs"
                leftSection={<CopyIcon done={copied} />}
              >
                {label}
              </Button>
            )}
            <span role="status" className="visually-hidden">
              {copied && said ? `Copied ${what}` : ''}
            </span>
          </>
        );
      }}
    </CopyButton>
  );
}

function CopyIcon({ done }: { readonly done: boolean }) {
  return (
    <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true" className="copy__icon">
      <path d={done ? 'm3 8.5 3.5 3.5L13 4.5' : 'M5.5 5.5h8v8h-8zM2.5 10.5v-8h8'} />
    </svg>
  );
}

/** Copies a screen's request, as curl. */
export const CopyCurl = ({ text, what }: Pick<CopyProps, 'text' | 'what'>) => (
  <Copy text={text} what={`curl for ${what}`} label="curl" />
);

/** A command as one would type it, with a button that copies it. */
export function CopyableCommand({ text, what }: Pick<CopyProps, 'text' | 'what'>) {
  return (
    <div className="command">
      <pre className="command__text" tabIndex={0} aria-label={what}>
        <code>{text}</code>
      </pre>
      <Copy text={text} what={what} />
    </div>
  );
}
