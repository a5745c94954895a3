import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useSession } from '../session/session-context.tsx';
import { beginSignIn, finishSignIn } from './authorization-flow.ts';

/** Sign-in with name and password, on the server's own pages, from which one comes back here. */
export function SignInButton() {
  const { signInAs } = useSession();
  const [failure, setFailure] = useState<string>();
  const [busy, setBusy] = useState(false);
  const failed = (error: unknown) => {
    setBusy(false);
    setFailure(error instanceof Error ? error.message : 'The sign-in failed.');
  };
  useEffect(() => {
    finishSignIn().then((granted) => granted !== undefined && signInAs(granted), failed);
  }, [signInAs]);
  return (
    <>
      {failure === undefined ? null : (
        <p className="sign-in__lead" role="alert">
          {failure} Try again.
        </p>
      )}
      <Button
        size="sm"
        loading={busy}
        onClick={() => {
          setBusy(true);
          setFailure(undefined);
          beginSignIn().catch(failed);
        }}
      >
        Sign in with your name
      </Button>
    </>
  );
}
