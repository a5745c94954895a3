import { ENDPOINTS, type Overview } from '@holdfast/api-contract';
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { curlOf, VERIFY_COMMAND } from '../command/commands.ts';
import { Copy, CopyableCommand, CopyCurl } from '../command/copyable-command.tsx';
import { formatCount } from '../format/count.ts';
import { formatAge } from '../format/duration.ts';
import { shortHash } from '../format/hash.ts';
import { FaultNotice } from '../frame/fault-notice.tsx';
import { Figures, Panel } from '../frame/panel.tsx';
import { useSession } from '../session/session-context.tsx';
import { Time } from '../time/time.tsx';

/** Is the record sealed: the ledger's head, and how to check it without trusting this page. */
export function LedgerPanel({ overview }: { readonly overview: Overview }) {
  const { ledger, at } = overview;
  const curl = curlOf(location.origin, ENDPOINTS.readCheckpoint);
  return (
    <Panel id="ledger" title="Audit ledger" aside={<CopyCurl text={curl} what="the checkpoint" />}>
      <Figures
        rows={[
          ['Entries', formatCount(ledger.size)],
          [
            'Pending',
            ledger.pendingSince === null
              ? formatCount(ledger.pending)
              : `${formatCount(ledger.pending)}, oldest ${formatAge(ledger.pendingSince, at)}`,
          ],
          [
            'Last checkpoint',
            ledger.lastCheckpointAt === null ? 'none yet' : <Time at={ledger.lastCheckpointAt} />,
          ],
          ['Origin', <code key="origin">{ledger.origin}</code>],
          [
            'Root',
            <span key="root" className="with-copy">
              <code title={ledger.rootHash}>{shortHash(ledger.rootHash)}</code>
              <Copy text={ledger.rootHash} what="root hash" />
            </span>,
          ],
        ]}
      />
      <p className="panel__text">
        Every access leaves an entry before its answer is sent. Don’t take this page’s word for it:
      </p>
      <CopyableCommand text={VERIFY_COMMAND} what="Verify the ledger" />
      <Checkpoint />
    </Panel>
  );
}

/** The signed note itself, fetched only when somebody wants to see it. */
function Checkpoint() {
  const { client } = useSession();
  const [shown, setShown] = useState(false);
  const note = useQuery({
    queryKey: ['checkpoint'],
    queryFn: ({ signal }) => client.readCheckpoint({ signal }),
    enabled: shown,
  });
  return (
    <div className="checkpoint">
      <Button
        size="compact-sm"
        variant="default"
        aria-expanded={shown}
        onClick={() => setShown(!shown)}
      >
        {shown ? 'Hide signed checkpoint' : 'Show signed checkpoint'}
      </Button>
      {shown && note.isError ? (
        <FaultNotice error={note.error} retry={() => void note.refetch()} />
      ) : null}
      {shown && note.isSuccess ? (
        <pre className="checkpoint__note" tabIndex={0} aria-label="Signed checkpoint">
          {note.data}
        </pre>
      ) : null}
    </div>
  );
}
