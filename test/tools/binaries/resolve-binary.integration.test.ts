import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Downloads } from '../../../src/tools/binaries/download.js';
import { placesOf } from '../../../src/tools/binaries/find-binary.js';
import type { BinaryName } from '../../../src/tools/binaries/pin.js';
import type { ProgressEvent } from '../../../src/tools/binaries/progress.js';
import type { ResolvedBinary, ResolveOptions } from '../../../src/tools/binaries/resolve-binary.js';
import { BinaryMissing, resolveBinary } from '../../../src/tools/binaries/resolve-binary.js';
import { ReleaseServer, sumOf } from './release-server.js';

const root = mkdtempSync(path.join(os.tmpdir(), 'slipway-binaries-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A server that responds has enough time; a test of one that does not waits less. */
const limits = { answerMs: 20_000, stallMs: 20_000, totalMs: 60_000 };
const saying = (text: string): string => `#!/bin/sh\nprintf '%s\\n' "${text}"\n`;
const scheduler = saying('Kubernetes v1.35.4');
const schedulerUrl = '/dl.k8s.io/release/v1.35.4/bin/linux/amd64/kube-scheduler';

let folder: string;
let onPath: string;
let cache: string;
let releases: ReleaseServer;
let env: Record<string, string>;
let events: ProgressEvent[];

beforeEach(async () => {
  folder = mkdtempSync(path.join(root, 'case-'));
  onPath = path.join(folder, 'path');
  cache = path.join(folder, 'slipway');
  mkdirSync(onPath);
  releases = await ReleaseServer.start();
  // No Go on this PATH: what cannot be downloaded is missing, unless a test adds one.
  env = { PATH: onPath, XDG_CACHE_HOME: folder };
  events = [];
});
afterEach(() => releases.stop());

function resolve(name: BinaryName, options: ResolveOptions = {}): Promise<ResolvedBinary> {
  return resolveBinary(name, {
    places: placesOf(env),
    downloads: new Downloads(releases.address, limits),
    architecture: 'amd64',
    projectRoot: folder,
    onProgress: (event) => events.push(event),
    ...options,
  });
}

async function missing(name: BinaryName, options: ResolveOptions = {}): Promise<BinaryMissing> {
  const error: unknown = await resolve(name, options).then(
    (found) => new Error(`found ${found.path}`),
    (reason: unknown) => reason,
  );
  if (error instanceof BinaryMissing) return error;
  throw error;
}

function install(file: string, text: string): string {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  chmodSync(file, 0o755);
  return file;
}

function publishScheduler(body = scheduler): void {
  releases.answers.set(schedulerUrl, { body });
  releases.answers.set(`${schedulerUrl}.sha256`, { body: sumOf(scheduler) });
}

const cached = (name: string, version: string): string => path.join(cache, 'bin', name, version, name);

describe('an explicit path', () => {
  test('comes before PATH, cache and release', async () => {
    install(path.join(onPath, 'kube-scheduler'), scheduler);
    env['SLIPWAY_BIN_KUBE_SCHEDULER'] = install(path.join(folder, 'mine'), scheduler);
    expect(await resolve('kube-scheduler')).toEqual({
      name: 'kube-scheduler',
      path: path.join(folder, 'mine'),
      version: '1.35.4',
      source: 'explicit',
    });
  });

  test('is used with another version too, with a notice', async () => {
    env['SLIPWAY_BIN_KUBE_SCHEDULER'] = install(path.join(folder, 'mine'), saying('Kubernetes v1.30.0'));
    const { version, note } = await resolve('kube-scheduler');
    expect({ version, note }).toEqual({
      version: '1.30.0',
      note: 'SLIPWAY_BIN_KUBE_SCHEDULER is used though it is 1.30.0, wanted is 1.35.4',
    });
  });

  test.each([
    ['/no/such/file', /is not an executable file\. Correct it, or unset SLIPWAY_BIN_KUBECTL/],
    ['kubectl', /must be an absolute path/],
  ])('that leads nowhere is an error and nothing else is taken (%s)', async (named, message) => {
    install(path.join(onPath, 'kubectl'), saying('Client Version: v1.35.4'));
    env['SLIPWAY_BIN_KUBECTL'] = named;
    await expect(resolve('kubectl')).rejects.toThrow(message);
  });
});

describe('PATH', () => {
  test.each<[BinaryName, string, string]>([
    ['temporal', 'temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)', '1.5.1'],
    ['etcd', 'etcd Version: 3.6.6', '3.6.6'],
    ['kubectl', 'Client Version: v1.35.4', '1.35.4'],
    ['kubectl', 'Client Version: v1.34.0', '1.34.0'],
    ['kubectl', 'Client Version: v1.36.9', '1.36.9'],
    ['talosctl', 'Talos v1.12.1', '1.12.1'],
  ])('gives %s that says "%s"', async (name, answer, version) => {
    const file = install(path.join(onPath, name), saying(answer));
    expect(await resolve(name)).toEqual({ name, path: file, version, source: 'path' });
  });

  test.each<[BinaryName, string, RegExp]>([
    [
      'temporal',
      saying('temporal version 1.5.0 (Server 1.29.1, UI 2.42.1)'),
      /it is 1\.5\.0, wanted is 1\.5\.1/,
    ],
    [
      'temporal',
      saying('temporal version 1.5.1 (Server 1.30.0, UI 2.42.1)'),
      /its server is 1\.30\.0, wanted is 1\.29\.1/,
    ],
    ['kubectl', saying('Client Version: v1.33.9'), /it is 1\.33\.9, wanted is 1\.35 give or take one minor/],
    ['etcd', saying('etcd Version: 3.6.5'), /it is 3\.6\.5, wanted is 3\.6\.6/],
    ['etcd', saying('hello'), /its version cannot be read from its answer "hello"/],
    ['etcd', '#!/bin/sh\nexit 3\n', /it does not run: .*exit code 3/],
  ])('is passed over where %s does not fit: %#', async (name, program, why) => {
    install(path.join(onPath, name), program);
    const { attempts } = await missing(name, { fetch: false });
    expect(attempts.find(({ source }) => source === 'PATH')?.why).toMatch(why);
  });
});

describe('without fetching', () => {
  test('a missing program is an error that says what was looked at and what to type', async () => {
    const { message } = await missing('talosctl', { fetch: false });
    expect(message).toBe(
      [
        'talosctl 1.12.1 is not here.',
        '  PATH: there is none.',
        `  cache: not in ${cache}/bin/talosctl/1.12.1.`,
        'Type: npm run setup -- talosctl, or name the program yourself: SLIPWAY_BIN_TALOSCTL_1_12=/path/to/talosctl.',
      ].join('\n'),
    );
    expect(releases.requests).toEqual([]);
  });
});

describe('the release', () => {
  test('is downloaded, checked, kept, and not asked for again', async () => {
    publishScheduler();
    const first = await resolve('kube-scheduler');
    expect(first).toMatchObject({
      source: 'download',
      path: cached('kube-scheduler', '1.35.4'),
      version: '1.35.4',
    });
    expect(readFileSync(first.path, 'utf8')).toBe(scheduler);
    expect(JSON.parse(readFileSync(`${first.path}.json`, 'utf8'))).toMatchObject({
      sha256: sumOf(scheduler),
      origin: 'download',
      from: 'https://dl.k8s.io/release/v1.35.4/bin/linux/amd64/kube-scheduler',
    });
    expect(releases.requests).toEqual([`${schedulerUrl}.sha256`, schedulerUrl]);

    // Another PATH, so that this process' cache is not the answer.
    env['PATH'] = `${onPath}:/nowhere`;
    expect(await resolve('kube-scheduler')).toMatchObject({ source: 'cache', path: first.path });
    expect(releases.requests).toHaveLength(2);
  });

  test('may lie behind a redirect', async () => {
    publishScheduler();
    releases.answers.set(schedulerUrl, { redirect: '/elsewhere' });
    releases.answers.set('/elsewhere', { body: scheduler });
    expect((await resolve('kube-scheduler')).source).toBe('download');
  });

  test('may be an archive, of which only the program is kept', async () => {
    const base = '/github.com/etcd-io/etcd/releases/download/v3.6.6';
    const name = 'etcd-v3.6.6-linux-arm64';
    install(path.join(folder, 'pack', name, 'etcdutl'), saying('etcdutl version: 3.6.6'));
    install(path.join(folder, 'pack', name, 'etcd'), saying('etcd Version: 3.6.6'));
    spawnSync('tar', ['-czf', path.join(folder, 'etcd.tar.gz'), '-C', path.join(folder, 'pack'), name]);
    const body = readFileSync(path.join(folder, 'etcd.tar.gz'));
    releases.answers.set(`${base}/${name}.tar.gz`, { body });
    releases.answers.set(`${base}/SHA256SUMS`, {
      body: `${'0'.repeat(64)}  etcd-v3.6.6-linux-amd64.tar.gz\n${sumOf(body)}  ./${name}.tar.gz\n`,
    });
    const found = await resolve('etcdutl', { architecture: 'arm64' });
    expect(found.source).toBe('download');
    expect(statSync(found.path).mode & 0o777).toBe(0o755);
  });

  const refusals: [string, () => void, RegExp][] = [
    [
      'is corrupt',
      () => publishScheduler(`${scheduler}# more`),
      /is not what was published: its SHA-256 is [0-9a-f]{64}, not/,
    ],
    [
      'breaks off each time',
      () => {
        publishScheduler();
        releases.answers.set(schedulerUrl, { body: scheduler, truncated: true });
      },
      /kube-scheduler broke off in the middle/,
    ],
    [
      'is not there',
      () => releases.answers.set(`${schedulerUrl}.sha256`, { body: sumOf('') }),
      /kube-scheduler is not there \(HTTP 404\)/,
    ],
    [
      'has no checksum file',
      () => releases.answers.set(schedulerUrl, { body: scheduler }),
      /\.sha256 is not there \(HTTP 404\)/,
    ],
    [
      'has a checksum file for something else',
      () => releases.answers.set(`${schedulerUrl}.sha256`, { body: '<html>moved</html>' }),
      /kube-scheduler\.sha256 has no SHA-256 of kube-scheduler/,
    ],
    [
      'never answers',
      () => releases.answers.set(`${schedulerUrl}.sha256`, 'silence'),
      /127\.0\.0\.1:\d+ cannot be reached: no answer within 1 s/,
    ],
    [
      'stops in the middle',
      () => {
        publishScheduler();
        releases.answers.set(schedulerUrl, { stalls: 'half' });
      },
      /kube-scheduler stopped coming: no data for 1 s/,
    ],
    [
      'holds another version than its name says',
      () => {
        const body = saying('Kubernetes v1.35.3');
        releases.answers.set(schedulerUrl, { body });
        releases.answers.set(`${schedulerUrl}.sha256`, { body: sumOf(body) });
      },
      /kube-scheduler was got, but it is 1\.35\.3, wanted is 1\.35\.4\. It was not used/,
    ],
  ];

  test.each(refusals)('that %s is refused, and the source is next', async (_, publish, why) => {
    publish();
    const shorter = {
      ...(why.source.includes('no answer') ? { answerMs: 1_000 } : {}),
      ...(why.source.includes('no data') ? { stallMs: 1_000 } : {}),
    };
    const downloads = new Downloads(releases.address, { ...limits, ...shorter });
    const error = await missing('kube-scheduler', { downloads });
    expect(error.attempts.map(({ source }) => source)).toEqual(['PATH', 'cache', 'release', 'source']);
    expect(error.attempts[2]?.why).toMatch(why);
    expect(error.attempts[3]?.why).toMatch(/there is no Go on PATH\. Install Go 1\.26 or later/);
    expect(events).toContainEqual(expect.objectContaining({ kind: 'refused', origin: 'download' }));
    expect(spawnSync('find', [path.join(cache, 'bin'), '-type', 'f'], { encoding: 'utf8' }).stdout).toBe('');
  });

  test('is retried once when the connection breaks', async () => {
    publishScheduler();
    releases.answers.set(schedulerUrl, { body: scheduler, truncated: 'once' });
    expect((await resolve('kube-scheduler')).source).toBe('download');
    expect(releases.requests.filter((url) => url === schedulerUrl)).toHaveLength(2);
  });

  test('is checked against the sum in the pins first, before its own checksum file', async () => {
    const base = '/github.com/etcd-io/etcd/releases/download/v3.6.6';
    releases.answers.set(`${base}/etcd-v3.6.6-linux-amd64.tar.gz`, { body: 'forged' });
    releases.answers.set(`${base}/SHA256SUMS`, {
      body: `${sumOf('forged')}  etcd-v3.6.6-linux-amd64.tar.gz\n`,
    });
    const error = await missing('etcd');
    expect(error.attempts[2]?.why).toMatch(/not 887afaa4/);
  });

  test('waits for an unreachable host once per run', async () => {
    releases.answers.set(`${schedulerUrl}.sha256`, 'silence');
    const downloads = new Downloads(releases.address, { ...limits, answerMs: 1_000 });
    await missing('kube-scheduler', { downloads });
    const error = await missing('kube-apiserver', { downloads });
    expect(error.attempts[2]?.why).toMatch(/cannot be reached/);
    expect(releases.requests).toHaveLength(1);
  });

  test('is not asked for when downloads are switched off', async () => {
    const error = await missing('kube-scheduler', { downloads: new Downloads('off') });
    expect(error.attempts[2]?.why).toBe('downloads are switched off (SLIPWAY_RELEASES=off)');
  });

  test('is left where it is when the caller gives up', async () => {
    releases.answers.set(`${schedulerUrl}.sha256`, 'silence');
    await expect(resolve('kube-scheduler', { signal: AbortSignal.timeout(50) })).rejects.toThrow(
      /aborted|timeout/i,
    );
  });
});

describe('the cache', () => {
  beforeEach(async () => {
    publishScheduler();
    await resolve('kube-scheduler');
    env['PATH'] = `${onPath}:/nowhere`;
  });

  test('gives a file that was only touched', async () => {
    utimesSync(cached('kube-scheduler', '1.35.4'), 1, 1);
    expect((await resolve('kube-scheduler')).source).toBe('cache');
  });

  test.each<[string, () => void]>([
    ['cut short', () => writeFileSync(cached('kube-scheduler', '1.35.4'), scheduler.slice(0, 9))],
    [
      'changed in place',
      () => writeFileSync(cached('kube-scheduler', '1.35.4'), scheduler.replace('1.35.4', '6.66.6')),
    ],
    ['without its record', () => rmSync(`${cached('kube-scheduler', '1.35.4')}.json`)],
    ['with half a record', () => writeFileSync(`${cached('kube-scheduler', '1.35.4')}.json`, '{"version"')],
  ])('does not give a file that is %s: it is got again', async (_, spoil) => {
    spoil();
    expect((await resolve('kube-scheduler')).source).toBe('download');
    expect(readFileSync(cached('kube-scheduler', '1.35.4'), 'utf8')).toBe(scheduler);
  });

  test('is cleared of leftovers of a killed set-up', async () => {
    const leftOver = path.join(path.dirname(cached('kube-apiserver', '1.35.4')), 'partial', 'half');
    install(leftOver, 'half a program');
    await missing('kube-apiserver');
    expect(existsSync(leftOver)).toBe(false);
  });
});

test('two that want the same program at once get it once', async () => {
  publishScheduler();
  const both = await Promise.all([resolve('kube-scheduler'), resolve('kube-scheduler')]);
  expect(both.map(({ source }) => source).toSorted()).toEqual(['cache', 'download']);
  expect(releases.requests.filter((url) => url === schedulerUrl)).toHaveLength(1);
  expect(events).toContainEqual({
    kind: 'waiting',
    name: 'kube-scheduler',
    version: '1.35.4',
    pid: process.pid,
  });
});

const hasGo = spawnSync('go', ['version']).status === 0;
if (!hasGo) process.stderr.write('SKIPPED: building from source is not tested, there is no Go on PATH.\n');

(hasGo ? describe : describe.skip)('the source', () => {
  beforeEach(() => {
    // The machine's own build cache, or Go would compile its runtime for each test.
    const GOCACHE = process.env['GOCACHE'] ?? path.join(os.homedir(), '.cache', 'go-build');
    env = { ...env, PATH: `${onPath}:${process.env['PATH'] ?? ''}`, HOME: os.homedir(), GOCACHE };
    mkdirSync(path.join(folder, 'tools/cluster/cmd/kube-scheduler'), { recursive: true });
    writeFileSync(path.join(folder, 'tools/cluster/go.mod'), 'module k8s.io/kubernetes\n\ngo 1.25\n');
  });
  const main = (code: string): void =>
    writeFileSync(
      path.join(folder, 'tools/cluster/cmd/kube-scheduler/main.go'),
      `package main\n\nfunc main() { ${code} }\n`,
    );

  test('is built where there is no release, and kept', async () => {
    main('println("Kubernetes v1.35.4")');
    const found = await resolve('kube-scheduler', { downloads: new Downloads('off') });
    expect(found).toMatchObject({ source: 'build', path: cached('kube-scheduler', '1.35.4') });
    const record = JSON.parse(readFileSync(`${found.path}.json`, 'utf8')) as { from: string };
    expect(record.from).toMatch(/^k8s\.io\/kubernetes\/cmd\/kube-scheduler with go1\.\d+/);
    expect(events).toContainEqual({
      kind: 'started',
      origin: 'build',
      name: 'kube-scheduler',
      version: '1.35.4',
    });
  });

  test('that does not compile is an error with the compiler’s last lines', async () => {
    main('nonsense');
    const error = await missing('kube-scheduler', { downloads: new Downloads('off') });
    expect(error.attempts.at(-1)?.why).toMatch(/go build .*failed with exit code 1[^]*undefined: nonsense/);
  });

  test('is not tried with a Go that is too old', async () => {
    install(path.join(onPath, 'go'), saying('go version go1.22.3 linux/amd64'));
    const error = await missing('kube-scheduler', { downloads: new Downloads('off') });
    expect(error.attempts.at(-1)?.why).toBe(
      'the Go on PATH is "go version go1.22.3 linux/amd64", wanted is 1.26 or later (https://go.dev/dl)',
    );
  });
});
