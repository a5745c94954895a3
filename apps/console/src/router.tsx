import { createRootRoute, createRoute, createRouter, Link, Navigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Frame } from './frame/frame.tsx';
import { PageFailure } from './frame/page-failure.tsx';
import { OverviewPage } from './overview/overview-page.tsx';
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
      <OverviewPage />
    </SignedIn>
  ),
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: overviewSearchOf,
  component: SignInUnlessSignedIn,
});

export const router = createRouter({
  routeTree: root.addChildren([overview, signIn]),
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
  const search = overview.useSearch();
  return session === undefined ? <Navigate to="/sign-in" search={search} replace /> : children;
}

function SignInUnlessSignedIn() {
  const { session } = useSession();
  const search = signIn.useSearch();
  return session === undefined ? <SignInPage /> : <Navigate to="/" search={search} replace />;
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
