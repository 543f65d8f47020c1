#!/usr/bin/env node
import { existsSync } from 'node:fs';
import module from 'node:module';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Slipway needs Node 20.19 or later; this is ${process.versions.node}.`);
  process.exit(2);
}
const compiled = new URL('../dist/programs/slipway.js', import.meta.url);
if (!existsSync(compiled)) {
  console.error('Slipway is not compiled yet. Type: npm run setup');
  process.exit(2);
}
// Node 22.8 and later keep compiled code between starts.
module.enableCompileCache?.();
const { main } = await import(compiled.href);
await main(process.argv.slice(2));
