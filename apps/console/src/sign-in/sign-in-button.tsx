import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useSession } from '../session/session-context.tsx';
import { beginSignIn, finishSignIn } from './authorization-flow.ts';

/** Sign-in with name and password, on the server's own pages. */
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
      <h1 className="sign-in__title">Sign in</h1>
      <p className="sign-in__lead">
        You sign in on the pages of this server and come back here. The console opens for the roles
        operator and compliance-officer.
      </p>
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
