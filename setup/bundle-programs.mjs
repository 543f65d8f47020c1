#!/usr/bin/env node
import { rmSync } from 'node:fs';
import { build } from 'esbuild';
import { inProject } from './project.mjs';

/**
 * The programs that people and tests start, bundled with their packages into a few large files: most of a program's start-up time is spent
 * on finding and reading 2,000 small ones.
 * @type {import('esbuild').BuildOptions[]}
 */
const programs = [
  {
    entryPoints: {
      slipway: 'dist/src/cli/main.js',
      lab: 'dist/lab/main.js',
      watcher: 'dist/lab/watcher/main.js',
    },
    // It is served unchanged.
    external: ['idiomorph'],
  },
  {
    entryPoints: { worker: 'dist/src/worker/main.js' },
    // Temporal's worker starts files beside its own, and shares objects with the packages that it communicates with.
    external: ['@temporalio/*', '@grpc/*'],
  },
];

/** Globals that CommonJS packages expect. */
const surroundings = `import { createRequire as requireOf } from 'node:module';
const require = requireOf(import.meta.url);`;

const outdir = inProject('dist/programs');
rmSync(outdir, { recursive: true, force: true });
for (const program of programs)
  await build({
    ...program,
    absWorkingDir: inProject('.'),
    outdir,
    bundle: true,
    splitting: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    banner: { js: surroundings },
    logLevel: 'warning',
  });
