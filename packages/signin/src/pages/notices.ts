import { escaped, page } from './page.ts';

/** What cannot be answered to a client, because it is not known to be one. */
export function errorPage(out: {
  readonly error: string;
  readonly error_description?: string | undefined;
}): string {
  return page(
    'This sign-in cannot go on',
    `<p>${escaped(out.error_description ?? out.error)}</p>
<p class="quiet">Go back to the app and start again. Its developer can look up the code
<code>${escaped(out.error)}</code>.</p>`,
  );
}

/** @param form oidc-provider's, with the token against forgery */
export const signOutPage = (form: string): string =>
  page(
    'Sign out?',
    `${form}
<p>The apps that were opened with this sign-in end with it, except those you allowed to go on without you.</p>
<div class="buttons">
<button type="submit" form="op.logoutForm" value="yes" name="logout">Sign out</button>
<button type="submit" form="op.logoutForm" class="second">Stay signed in</button>
</div>`,
  );

export const signedOutPage = (): string =>
  page('You are signed out', '<p>You may close this page.</p>');
