import './jitless.ts';
import '@fontsource-variable/inter/wght.css';
import '@fontsource/ibm-plex-mono/latin-400.css';
import './theme/kit.css';
import './theme/theme.css';
import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { router } from './router.tsx';
import { SessionProvider } from './session/session-context.tsx';
import { ShortcutsProvider } from './shortcuts/shortcuts-context.tsx';
import { theme } from './theme/theme.ts';
import { ZoneProvider } from './time/zone-context.tsx';

// Answers are shown with their own time; a second try is the reader's to ask for.
const queries = new QueryClient({
  defaultOptions: { queries: { retry: false, refetchOnWindowFocus: false } },
});

const place = document.getElementById('root');
if (place === null) throw new TypeError('index.html has no #root');

createRoot(place).render(
  <StrictMode>
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      // Both would write inline style elements; theme-stylesheet.ts puts them into the stylesheet.
      withCssVariables={false}
      withGlobalClasses={false}
    >
      <QueryClientProvider client={queries}>
        <SessionProvider>
          <ZoneProvider>
            <ShortcutsProvider>
              <RouterProvider router={router} />
            </ShortcutsProvider>
          </ZoneProvider>
        </SessionProvider>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
