import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { projectRoot } from '../../src/tools/project-root.js';

/** How one run of the set-up ended. */
export interface RunResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Stands in for the compiler: copies each .ts to .js, notes that it ran, and does what `tsc-does` in the root says. */
const compiler = `
const fs = require('node:fs'), path = require('node:path');
fs.appendFileSync('log', 'compiled\\n');
const does = fs.existsSync('tsc-does') ? fs.readFileSync('tsc-does', 'utf8') : '';
if (does === 'fail') { console.log("src/a.ts(1,1): error TS1: it's wrong"); process.exit(2); }
if (does === 'hang') { fs.writeFileSync('hanging', String(process.pid)); setInterval(() => {}, 1000); } else {
for (const folder of ['src', 'lab', 'test']) {
  if (!fs.existsSync(folder)) continue;
  for (const file of fs.readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.ts'))) {
    const target = path.join('dist', folder, file.replace(/\\.ts$/, '.js'));
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.copyFileSync(path.join(folder, file), target);
  }
} }
`;

const ensure = `
import { appendFileSync } from 'node:fs';
appendFileSync('log', 'ensured ' + process.argv.slice(2).join(' ') + '\\n');
`;

const demo = `
import { appendFileSync } from 'node:fs';
appendFileSync('log', 'demo ' + process.argv.slice(2).join(' ') + '\\n');
if (process.argv.includes('--hang')) {
  process.on('SIGINT', () => process.exit(7));
  console.log('demo runs as', process.pid);
  setInterval(() => {}, 1000);
} else process.exitCode = Number(process.argv.at(-1) ?? 0) || 0;
`;

/** A project with our set-up and nothing else real: its one package and its compiler are files of its own. */
export class FixtureProject {
  readonly folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-setup-'));

  constructor() {
    cpSync(path.join(projectRoot, 'setup'), this.file('setup'), { recursive: true });
    this.write(
      'package.json',
      JSON.stringify({ name: 'fixture', private: true, type: 'module', ...dependency }),
    );
    this.lockPackages('1.0.0');
    this.write('packages/typescript/bin/tsc', compiler);
    this.write('tsconfig.json', '{}');
    this.write('src/tools/binaries/ensure.ts', ensure);
    this.write('lab/demo.ts', demo);
  }

  file(...parts: string[]): string {
    return path.join(this.folder, ...parts);
  }

  write(file: string, text: string): void {
    mkdirSync(path.dirname(this.file(file)), { recursive: true });
    writeFileSync(this.file(file), text);
  }

  /** Writes package-lock.json for a version of the one package. */
  lockPackages(version: string): void {
    this.write(
      'packages/typescript/package.json',
      JSON.stringify({ name: 'typescript', version, bin: 'bin/tsc' }),
    );
    const packages = {
      '': { name: 'fixture', ...dependency },
      'node_modules/typescript': { resolved: 'packages/typescript', link: true },
      'packages/typescript': { name: 'typescript', version, bin: { typescript: 'bin/tsc' } },
    };
    const lock = { name: 'fixture', version, lockfileVersion: 3, requires: true, packages };
    this.write('package-lock.json', JSON.stringify(lock));
  }

  /** An environment in which a program is a shell script; it finds the real npm as $REAL_NPM. */
  fakeProgram(name: string, shell: string): NodeJS.ProcessEnv {
    this.write(`fake/${name}`, `#!/bin/sh\n${shell}\n`);
    chmodSync(this.file('fake', name), 0o755);
    const realNpm = (process.env['PATH'] ?? '')
      .split(':')
      .find((folder) => existsSync(path.join(folder, 'npm')));
    return {
      ...process.env,
      PATH: `${this.file('fake')}:${process.env['PATH']}`,
      REAL_NPM: `${realNpm}/npm`,
    };
  }

  /** What happened since the last call, line by line. */
  takeLog(): string[] {
    if (!existsSync(this.file('log'))) return [];
    const lines = readFileSync(this.file('log'), 'utf8').trim().split('\n');
    rmSync(this.file('log'));
    return lines;
  }

  start(args: readonly string[], env: NodeJS.ProcessEnv = process.env) {
    return spawn(process.execPath, [this.file('setup/run.mjs'), ...args], {
      cwd: os.tmpdir(),
      env: { ...env, XDG_CACHE_HOME: this.file('cache'), npm_config_cache: this.file('npm-cache') },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  async run(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<RunResult> {
    const child = this.start(args, env);
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    return { code, stdout, stderr };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const dependency = { devDependencies: { typescript: 'file:packages/typescript' } };

/** False without npm, which a machine that runs these tests from an image may not have. */
export const hasNpm = spawnSync('npm', ['--version'], { stdio: 'ignore' }).status === 0;
