import { Button, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useSession } from '../session/session-context.tsx';

/** Sign-in with a token of an OpenID provider. */
export function TokenForm() {
  const { signInWith } = useSession();
  const [text, setText] = useState('');
  const [wrong, setWrong] = useState(false);
  return (
    <>
      <h2 className="sign-in__subtitle">Or with a token</h2>
      <p className="sign-in__lead">
        Where the operator configured an OpenID provider, its access tokens are taken too. Paste one
        here; it stays in this tab and ends with it.
      </p>
      <form
        className="sign-in__form"
        onSubmit={(event) => {
          event.preventDefault();
          setWrong(!signInWith(text));
        }}
      >
        <Textarea
          label="Access token"
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          error={wrong ? 'This is no signed JWT, or it has expired.' : undefined}
          rows={4}
          spellCheck={false}
          autoComplete="off"
          required
        />
        <Button type="submit" size="sm" mt={12}>
          Sign in
        </Button>
      </form>
    </>
  );
}
