import { escaped, page } from './page.ts';

export interface SignInForm {
  readonly action: string;
  readonly client: string;
  /** What was typed before. */
  readonly name: string;
  readonly problem: string | undefined;
}

export const signInForm = ({ action, client, name, problem }: SignInForm): string =>
  page(
    'Sign in',
    `<p class="quiet">to go on to ${escaped(client)}</p>
${problem === undefined ? '' : `<p class="wrong" role="alert" id="problem">${escaped(problem)}</p>`}
<form method="post" action="${escaped(action)}">
<label for="name">Name</label>
<input type="text" id="name" name="name" value="${escaped(name)}" autocomplete="username" autocapitalize="none"
  spellcheck="false" required${problem === undefined ? '' : ' aria-describedby="problem"'}>
<label for="password">Password</label>
<input type="password" id="password" name="password" autocomplete="current-password" required>
<div class="buttons"><button type="submit">Sign in</button></div>
</form>`,
  );
