import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { themeStylesheet } from './src/theme/theme-stylesheet.ts';

const THEME = fileURLToPath(new URL('./src/theme/theme.css', import.meta.url));

/** Writes the theme's variables into the stylesheet, where a strict style-src allows them. */
function themeAsStylesheet(): Plugin {
  return {
    name: 'holdfast-theme',
    load: (id) => (id === THEME ? themeStylesheet() : undefined),
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
