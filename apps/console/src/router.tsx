import {
  createRootRoute,
  createRoute,
  createRouter,
  Link,
  Navigate,
  useRouter,
} from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { Frame } from './frame/frame.tsx';
import { PageFailure } from './frame/page-failure.tsx';
import { IdentityPage } from './identity/identity-page.tsx';
import { IncidentPage } from './incidents/incident-page.tsx';
import { IncidentsPage } from './incidents/incidents-page.tsx';
import { OverviewPage } from './overview/overview-page.tsx';
import { isPageOf } from './session/pages.ts';
import { useSession } from './session/session-context.tsx';
import { SignInPage } from './sign-in/sign-in-page.tsx';

/** What the first page keeps in its address: the signal whose drawer is open. */
interface OverviewSearch {
  readonly signal?: string;
}

function overviewSearchOf(search: Record<string, unknown>): OverviewSearch {
  const { signal } = search;
  return typeof signal === 'string' && signal.length <= 80 ? { signal } : {};
}

const root = createRootRoute({ component: Frame, notFoundComponent: NotFound });

const overview = createRoute({
  getParentRoute: () => root,
  path: '/',
  validateSearch: overviewSearchOf,
  component: () => (
    <SignedIn>
      <FirstPage />
    </SignedIn>
  ),
});

const incidents = createRoute({
  getParentRoute: () => root,
  path: '/incidents',
  component: () => (
    <SignedIn>
      <IncidentsPage />
    </SignedIn>
  ),
});

/** What an incident's page keeps in its address: the instant whose knowledge it shows. */
function incidentSearchOf({ at }: Record<string, unknown>): { readonly at?: string } {
  return typeof at === 'string' && !Number.isNaN(Date.parse(at)) ? { at } : {};
}

const incident = createRoute({
  getParentRoute: () => root,
  path: '/incidents/$id',
  validateSearch: incidentSearchOf,
  component: () => (
    <SignedIn>
      <IncidentPage />
    </SignedIn>
  ),
});

/** What the queue of questions keeps: where its page begins. */
function identitySearchOf({ after }: Record<string, unknown>): { readonly after?: string } {
  return typeof after === 'string' && after.length <= 200 ? { after } : {};
}

const identity = createRoute({
  getParentRoute: () => root,
  path: '/identity',
  validateSearch: identitySearchOf,
  component: () => (
    <SignedIn>
      <IdentityPage />
    </SignedIn>
  ),
});

/** What the sign-in keeps: where to go on from. */
function signInSearchOf(
  search: Record<string, unknown>,
): OverviewSearch & { readonly to?: string } {
  const { to } = search;
  return { ...overviewSearchOf(search), ...(typeof to === 'string' && isPage(to) && { to }) };
}

/** A page of this console: a link must not lead elsewhere after the sign-in. */
const isPage = (to: string): boolean => /^\/(?:identity|incidents(?:\/[0-9a-f-]{36})?)$/.test(to);

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: signInSearchOf,
  component: SignInUnlessSignedIn,
});

export const router = createRouter({
  routeTree: root.addChildren([overview, incidents, incident, identity, signIn]),
  basepath: '/console',
  defaultErrorComponent: PageFailure,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}

/** Keeps the address while somebody signs in, so that a shared link survives it. */
function SignedIn({ children }: { readonly children: ReactNode }) {
  const { session } = useSession();
  const { location } = useRouter().state;
  // Of the first look: a redirect that follows the address would redirect for ever.
  const [kept] = useState(() =>
    isPage(location.pathname)
      ? { to: location.pathname }
      : overviewSearchOf({ ...location.search }),
  );
  return session === undefined ? <Navigate to="/sign-in" search={kept} replace /> : children;
}

/** Whoever has nothing to see in the overview starts where there is something. */
function FirstPage() {
  const { session } = useSession();
  const isSteward = session !== undefined && !isPageOf(session.role, 'overview');
  return isSteward ? <Navigate to="/identity" replace /> : <OverviewPage />;
}

function SignInUnlessSignedIn() {
  const { session } = useSession();
  const kept = signIn.useSearch();
  const [{ to, ...search }] = useState(kept);
  if (session === undefined) return <SignInPage />;
  return to === undefined ? (
    <Navigate to="/" search={search} replace />
  ) : (
    <Navigate to={to} replace />
  );
}

function NotFound() {
  return (
    <div className="page-notice">
      <h1>There is no such page</h1>
      <p>
        <Link to="/">Go to the overview</Link>
      </p>
    </div>
  );
}
