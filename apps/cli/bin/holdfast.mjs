#!/usr/bin/env node
import { existsSync } from 'node:fs';

const built = new URL('../dist/main.js', import.meta.url);
if (!existsSync(built)) {
  console.error('holdfast: not built yet. Run "npm run build" first.');
  process.exit(2);
}
await import(built.href);
