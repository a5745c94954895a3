import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { themeStylesheet } from './src/theme/theme-stylesheet.ts';

const THEME = 'virtual:theme.css';

/** Writes the theme's variables into the stylesheet, where a strict style-src allows them. */
function themeAsStylesheet(): Plugin {
  return {
    name: 'holdfast-theme',
    resolveId: (id) => (id === THEME ? `\0${THEME}` : undefined),
    load: (id) => (id === `\0${THEME}` ? themeStylesheet() : undefined),
  };
}

export default defineConfig({
  base: '/console/',
  plugins: [react(), themeAsStylesheet()],
  resolve: { conditions: ['@holdfast/source', 'module', 'browser', 'development|production'] },
  // The content security policy has no data: sources, so no asset may be inlined.
  build: { target: 'es2022', assetsInlineLimit: 0, chunkSizeWarningLimit: 700 },
  server: {
    proxy: Object.fromEntries(
      ['/development', '/operations', '/ledger', '/consent', '/health', '/fhir'].map((path) => [
        path,
        process.env['HOLDFAST_SERVER'] ?? 'http://127.0.0.1:8080',
      ]),
    ),
  },
});
