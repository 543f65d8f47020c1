import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { identify } from '../../../src/tools/process-identity.js';
import { StepFolder, holdStepFolder, sweepStepFolders } from '../../../src/tools/step-folder.js';
import { RunRecords, whoHere } from '../../../src/tools/terraform/run-records.js';
import { keepState } from '../../../src/tools/terraform/state-backup.js';

const day = 24 * 60 * 60_000;
let root: string;
let child: ChildProcess;

beforeEach(async () => {
  root = mkdtempSync(path.join(os.tmpdir(), 'slipway-records-'));
  child = spawn('sleep', ['600'], { stdio: 'ignore' });
  await once(child, 'spawn');
});
afterEach(async () => {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  rmSync(root, { recursive: true, force: true });
});

const pid = (): number => child.pid ?? 0;
const endOfChild = async (): Promise<void> => {
  child.kill('SIGKILL');
  await once(child, 'exit');
};

describe('the record of a Terraform', () => {
  const about = () => ({
    root: 'this-state',
    version: '1.11.4',
    operation: 'apply' as const,
    startedAt: Date.now(),
    folder: root,
  });
  const records = (): RunRecords => new RunRecords(path.join(root, 'records'));

  it('shows whether exactly that process lives, to another worker too', async () => {
    const run = (await records().prepare())(pid(), about());
    run.holds('lock-1');
    expect(await records().of('this-state')).toMatchObject([
      { pid: pid(), who: whoHere(), operation: 'apply', lockId: 'lock-1', life: 'lives' },
    ]);
    expect(await records().of('another')).toEqual([]);
    await endOfChild();
    run.over(false);
    expect(await records().of('this-state')).toMatchObject([{ life: 'dead', lockId: 'lock-1' }]);
  });

  /** The record of a running process, with this place. */
  const lifeWith = async (changes: object): Promise<string | undefined> => {
    const run = (await records().prepare())(pid(), about());
    const [{ file } = { file: '' }] = await records().all();
    const content = JSON.parse(readFileSync(file, 'utf8')) as object;
    writeFileSync(file, JSON.stringify({ ...content, ...changes }));
    const [found] = await records().all();
    run.over(true);
    return found?.life;
  };

  it('of another host, container or boot of a container does not show whether it lives', async () => {
    expect(await lifeWith({})).toBe('lives');
    expect(await lifeWith({ home: '0123456789abcdef' })).toBe('unknown');
    expect(await lifeWith({ home: '0123456789abcdef', boot: 'another' })).toBe('unknown');
    expect(await lifeWith({ home: '' })).toBe('unknown');
    const ofMachine = readlinkSync('/proc/self/ns/pid') === 'pid:[4026531836]';
    expect(await lifeWith({ boot: 'another' })).toBe(ofMachine ? 'dead' : 'unknown');
  });

  it('is private, and removed after a clean end', async () => {
    const run = (await records().prepare())(pid(), about());
    const [file = ''] = readdirSync(path.join(root, 'records'));
    expect(statSync(path.join(root, 'records', file)).mode & 0o777).toBe(0o600);
    run.over(true);
    expect(await records().all()).toEqual([]);
  });

  it('of a dead process is kept for a month; other files are ignored', async () => {
    (await records().prepare())(pid(), about()).over(false);
    await endOfChild();
    writeFileSync(path.join(root, 'records', 'x.json'), '{');
    const [{ file } = { file: '' }] = await records().all();
    const old = new Date(Date.now() - 31 * day);
    utimesSync(file, old, old);
    expect(await records().all()).toEqual([]);
    expect(existsSync(file)).toBe(false);
  });
});

describe('a step folder that a Terraform works in', () => {
  it('is kept while it lives, and while there is a state that the backend did not take', async () => {
    const mine = await StepFolder.open();
    const own = path.dirname(mine.folder);
    const [, , ...place] = path.basename(own).split('-');
    // As if its worker, of this place, had died. No other test's sweep has this process.
    const worker = path.join(path.dirname(own), [pid(), 1, ...place].join('-'));
    const step = path.join(worker, 'step-x');
    mkdirSync(step, { recursive: true });
    const identity = identify(pid());
    if (!identity) throw new Error('sleep does not run');
    const leaves = path.join(step, 'errored.tfstate');
    holdStepFolder(step, identity, leaves);
    await sweepStepFolders();
    expect(existsSync(step)).toBe(true);
    // A concurrent sweep in another test finds it held by one of the two.
    writeFileSync(leaves, '');
    await endOfChild();
    await sweepStepFolders();
    expect(existsSync(step)).toBe(true);
    rmSync(leaves);
    await sweepStepFolders();
    expect(existsSync(step)).toBe(false);
    await mine.close();
  });
});

describe('a step folder of another machine or container', () => {
  it('is kept for a day, because its worker cannot be checked from here', async () => {
    const mine = await StepFolder.open();
    const all = path.dirname(path.dirname(mine.folder));
    const [, , , ...boot] = path.basename(path.dirname(mine.folder)).split('-');
    const theirs = path.join(all, `1-1-0123456789abcdef-${boot.join('-')}`);
    const step = path.join(theirs, 'step-x');
    mkdirSync(step, { recursive: true });
    await sweepStepFolders();
    expect(existsSync(step)).toBe(true);
    const old = new Date(Date.now() - 1.1 * day);
    utimesSync(theirs, old, old);
    await sweepStepFolders();
    expect(existsSync(step)).toBe(true);
    utimesSync(step, old, old);
    await sweepStepFolders();
    expect(existsSync(theirs)).toBe(false);
    await mine.close();
  });
});

describe('the copies of a state', () => {
  it('are removed after a month, but thirty stay, and states that the backend rejected stay', async () => {
    const recipient = await identityToRecipient(await generateX25519Identity());
    const backups = { folder: path.join(root, 'states'), recipient, cluster: 'prox-ops' };
    const clear = path.join(root, 'state');
    writeFileSync(clear, '{}');
    const start = Date.parse('2026-01-01T00:00:00Z');
    const keep = async (days: number, kind: 'backup' | 'unwritten' = 'backup', cluster = 'prox-ops') => {
      const at = new Date(start + days * day);
      const { file } = await keepState(clear, { ...backups, cluster }, kind, at);
      utimesSync(file, at, at);
    };
    await keep(0, 'unwritten');
    await keep(0, 'backup', 'prox-ops-test');
    for (let days = 0; days < 32; days += 1) await keep(days);
    const count = (): number =>
      readdirSync(backups.folder).filter((name) => name.startsWith('prox-ops-backup-')).length;
    // The first is a month old and beyond the count; the second is not old enough.
    expect(count()).toBe(31);
    await keep(200);
    expect(count()).toBe(30);
    expect(readdirSync(backups.folder).filter((name) => /unwritten|test/.test(name))).toHaveLength(2);
  });
});
