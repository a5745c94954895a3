/** Text as HTML shows it; for attributes in double quotes too. */
export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

/** One page of the sign-in: no script, no inline style. */
export const page = (title: string, content: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${escaped(title)} · Holdfast</title>
<link rel="stylesheet" href="/auth/pages.css">
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
${content}
</main>
</body>
</html>
`;

/** @param goesOn where a form's answer may lead beside here: the client that is signed in to */
export const pageHeaders = (goesOn: string | undefined): Record<string, string> => ({
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': [
    "default-src 'none'",
    "style-src 'self'",
    "base-uri 'none'",
    `form-action 'self'${goesOn === undefined ? '' : ` ${goesOn}`}`,
    "frame-ancestors 'none'",
  ].join('; '),
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cross-origin-opener-policy': 'same-origin',
});

/** Where a redirect address leads, as a CSP source: an origin, or the scheme of an app. */
export function sourceOf(redirectUri: string): string | undefined {
  if (!URL.canParse(redirectUri)) return undefined;
  const { protocol, origin } = new URL(redirectUri);
  return /^https?:$/.test(protocol) ? origin : protocol;
}

export const PAGE_STYLE = `
:root { color-scheme: light dark; --ink: #1b1f24; --quiet: #4d5661; --paper: #f6f7f8; --card: #fff;
  --line: #8a939e; --accent: #0b5cad; --on-accent: #fff; --wrong: #a1260d; }
@media (prefers-color-scheme: dark) { :root { --ink: #eceff2; --quiet: #b4bcc6; --paper: #14171a;
  --card: #1d2126; --line: #77818c; --accent: #7db8f5; --on-accent: #0b1622; --wrong: #ff9c87; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 28rem; margin: 8vh auto 2rem; padding: 1.5rem; background: var(--card);
  border: 1px solid var(--line); border-radius: 8px; }
h1 { font-size: 1.375rem; line-height: 1.3; margin: 0 0 .75rem; }
h2 { font-size: 1rem; margin: 1.25rem 0 .5rem; }
p { margin: 0 0 .75rem; }
.quiet { color: var(--quiet); }
.wrong { color: var(--wrong); font-weight: 600; }
label { display: block; font-weight: 600; margin-top: .75rem; }
input[type=text], input[type=password], input[type=search] { width: 100%; padding: .5rem .625rem;
  margin-top: .25rem; font: inherit; color: inherit; background: var(--paper);
  border: 1px solid var(--line); border-radius: 6px; }
button { font: inherit; font-weight: 600; padding: .5rem 1rem; border-radius: 6px; cursor: pointer;
  border: 1px solid var(--accent); background: var(--accent); color: var(--on-accent); }
button.second { background: transparent; color: var(--accent); }
.buttons { display: flex; gap: .75rem; flex-wrap: wrap; margin-top: 1.25rem; }
ul.choices { list-style: none; margin: 0; padding: 0; }
ul.choices li { margin: .375rem 0; }
ul.choices label { display: flex; gap: .625rem; font-weight: 400; margin: 0; overflow-wrap: anywhere; }
ul.choices button { width: 100%; text-align: left; background: transparent; color: inherit;
  font-weight: 400; border-color: var(--line); }
code { font: .875rem ui-monospace, monospace; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
`;
