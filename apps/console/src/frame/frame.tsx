import { Button } from '@mantine/core';
import { Link, Outlet } from '@tanstack/react-router';
import { isPageOf } from '../session/pages.ts';
import { useSession } from '../session/session-context.tsx';
import { DisplayControls } from './display-controls.tsx';
import './frame.css';
import './page.css';

/** What every page has around it: skip link, banner, main. */
export function Frame() {
  return (
    <>
      <a href="#main" className="skip-link">
        Skip to content
      </a>
      <header className="banner">
        <Link to="/" className="banner__brand">
          <Mark />
          Holdfast
        </Link>
        <Pages />
        <DisplayControls />
        <WhoAmI />
      </header>
      <main id="main" tabIndex={-1} className="main">
        <Outlet />
      </main>
    </>
  );
}

/** The pages of the console, for whoever is signed in. */
function Pages() {
  const { session } = useSession();
  if (session === undefined) return null;
  return (
    <nav aria-label="Pages" className="pages">
      {isPageOf(session.role, 'overview') && (
        <Link to="/" activeOptions={{ exact: true, includeSearch: false }}>
          Overview
        </Link>
      )}
      {isPageOf(session.role, 'incidents') && <Link to="/incidents">Incidents</Link>}
      {isPageOf(session.role, 'identity') && <Link to="/identity">Identity</Link>}
    </nav>
  );
}

function Mark() {
  return (
    <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" className="banner__mark">
      <path d="M4 3v14M16 3v14M4 10h12" />
      <circle cx="10" cy="10" r="3" />
    </svg>
  );
}

function WhoAmI() {
  const { session, signOut } = useSession();
  if (session === undefined) return null;
  return (
    <div className="who">
      <span className="who__name">
        {session.name} <span className="who__role">{session.role}</span>
      </span>
      <Button size="compact-sm" variant="default" onClick={signOut}>
        Sign out
      </Button>
    </div>
  );
}
