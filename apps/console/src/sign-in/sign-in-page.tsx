import { ENDPOINTS, type Persona } from '@holdfast/api-contract';
import { Fault } from '@holdfast/kernel';
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { curlOf, tokenCommand } from '../command/commands.ts';
import { CopyableCommand } from '../command/copyable-command.tsx';
import { EmptyState } from '../frame/empty-state.tsx';
import { FaultNotice } from '../frame/fault-notice.tsx';
import { hasPages } from '../session/pages.ts';
import { useSession } from '../session/session-context.tsx';
import { PersonaCard } from './persona-card.tsx';
import { SignInButton } from './sign-in-button.tsx';
import { TokenForm } from './token-form.tsx';
import './sign-in.css';

const OPERATORS: readonly string[] = ENDPOINTS.readOverview.roles;
const isProduction = (error: unknown): boolean =>
  error instanceof Fault && error.code === 'SIGNIN_DEVELOPMENT_ONLY';
const mayOperate = (persona: Persona): boolean => OPERATORS.includes(persona.role);
const mayOpen = ({ role }: Persona): boolean => hasPages(role);

/** Development sign-in: choose who to be. */
export function SignInPage() {
  const { client } = useSession();
  const personas = useQuery({
    queryKey: ['personas'],
    queryFn: ({ signal }) => client.listPersonas({ signal }),
  });
  if (isProduction(personas.error)) {
    return (
      <div className="sign-in">
        <h1 className="sign-in__title">Sign in</h1>
        <p className="sign-in__lead">
          You sign in on the pages of this server and come back here. The console opens for
          operators and compliance officers, and its page Identity for the front desk and care
          coordinators.
        </p>
        <SignInButton />
        <TokenForm />
      </div>
    );
  }
  const first = personas.data?.find(mayOperate) ?? personas.data?.[0];
  return (
    <div className="sign-in">
      <h1 className="sign-in__title">Who are you today?</h1>
      <p className="sign-in__lead">
        This is the sign-in for development. There is no password: choose a person of the
        demonstration and the server issues a token for their role and purpose. In production there
        are no such people: everybody signs in with a name and a password, here or at your OpenID
        provider.
      </p>
      {personas.isPending ? <Skeleton height={180} aria-label="Loading people" /> : null}
      {personas.isError ? (
        <FaultNotice error={personas.error} retry={() => void personas.refetch()} />
      ) : null}
      {personas.isSuccess ? <People personas={personas.data} /> : null}
      {first === undefined ? null : (
        <>
          <h2 className="sign-in__subtitle">The same from a terminal</h2>
          <CopyableCommand text={tokenCommand(location.origin, first.id)} what="Get a token" />
        </>
      )}
      <h2 className="sign-in__subtitle">As in production, with a name and a password</h2>
      <SignInButton />
    </div>
  );
}

function People({ personas }: { readonly personas: readonly Persona[] }) {
  const { signIn } = useSession();
  const [failure, setFailure] = useState<unknown>();
  const [busy, setBusy] = useState<string>();
  const choose = async (persona: Persona, purpose: string) => {
    setBusy(persona.id);
    setFailure(undefined);
    await signIn({ persona: persona.id, purpose }).catch(setFailure);
    setBusy(undefined);
  };
  if (personas.length === 0) {
    return (
      <EmptyState
        title="There is nobody to be"
        command={{ text: curlOf(location.origin, ENDPOINTS.listPersonas), what: 'List the people' }}
      >
        The demonstration has not been loaded yet. It is loaded when the store is empty at start;
        this asks the server again:
      </EmptyState>
    );
  }
  const groups = [
    { title: 'May open this console', people: personas.filter(mayOpen) },
    {
      title: 'For the FHIR API: this console is not theirs',
      people: personas.filter((persona) => !mayOpen(persona)),
    },
  ].filter(({ people }) => people.length > 0);
  return (
    <>
      {failure === undefined ? null : <FaultNotice error={failure} />}
      {groups.map(({ title, people }) => (
        <section key={title} aria-label={title}>
          <h2 className="sign-in__subtitle">{title}</h2>
          <ul className="personas">
            {people.map((persona) => (
              <PersonaCard
                key={persona.id}
                persona={persona}
                busy={busy === persona.id}
                onChoose={(purpose) => void choose(persona, purpose)}
              />
            ))}
          </ul>
        </section>
      ))}
    </>
  );
}
