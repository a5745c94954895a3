import { Button, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useSession } from '../session/session-context.tsx';

/** Sign-in where there is no development sign-in: with a token of the OpenID provider. */
export function TokenForm() {
  const { signInWith } = useSession();
  const [text, setText] = useState('');
  const [wrong, setWrong] = useState(false);
  return (
    <>
      <h1 className="sign-in__title">Sign in with a token</h1>
      <p className="sign-in__lead">
        This server takes access tokens of the OpenID provider that its operator configured. Ask
        your provider for one and paste it here. It stays in this tab and ends with it. The console
        opens for the roles operator and compliance-officer.
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
