import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { generateX25519Identity } from 'age-encryption';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Finished } from '../../../lab/processes/foreground.js';
import { World } from '../../../lab/world.js';

/** Covered only here: a snapshot of a real etcd that a person takes and decrypts, and a full etcd started from it. */
describe('slipway snapshot on the lab', () => {
  let world: World;
  let file: string;
  /** The commands' own temporary folder: the machine's is shared with labs whose steps have snapshots there at the same time. */
  let temporary: string;

  beforeAll(async () => {
    temporary = await mkdtemp(path.join(os.tmpdir(), 'snap-'));
    world = await World.start({ name: 'snapshot' });
  });

  afterAll(async () => {
    await world.stop();
    await rm(temporary, { recursive: true, force: true });
  });

  async function slipway(...args: string[]): Promise<Finished> {
    return world.slipwayWith({ TMPDIR: temporary }, ...args);
  }

  /** Folders of steps that are not empty: unencrypted data would be there. */
  async function inClear(): Promise<string[]> {
    const steps = path.join(temporary, `slipway-steps-${process.getuid?.() ?? 0}`);
    const owners = await readdir(steps).catch(() => []);
    const held = await Promise.all(
      owners.map(async (owner) =>
        (await readdir(path.join(steps, owner)).catch(() => [])).map((step) => `${owner}/${step}`),
      ),
    );
    const files = await Promise.all(
      held
        .flat()
        .map(async (step) =>
          (await readdir(path.join(steps, step)).catch(() => [])).map((name) => `${step}/${name}`),
        ),
    );
    return files.flat().filter((name) => /snapshot|restored|sock/.test(name));
  }

  it('takes one from a healthy member, and stores it encrypted, readable only by its owner', async () => {
    const { code, stdout, stderr } = await slipway('snapshot', 'take', '--json');
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const taken = JSON.parse(stdout) as { file: string; from: string; keys: number; sha256: string };
    ({ file } = taken);
    expect(taken.from).toMatch(/^k8s-ctrl-/);
    expect(taken.keys).toBeGreaterThan(100);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await readFile(file)).subarray(0, 21).toString()).toBe('age-encryption.org/v1');
    expect(await inClear()).toEqual([]);
  });

  it('lists it', async () => {
    const { code, stdout } = await slipway('snapshot', 'list', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ snapshots: [{ file: path.basename(file), encrypted: true }] });
  });

  it('proves it with a full etcd, and leaves nothing unencrypted', async () => {
    const finished = await slipway('snapshot', 'prove', '--identity', world.lab.ageIdentity, '--json');
    expect(finished).toMatchObject({ code: 0, stderr: '' });
    const { stdout } = finished;
    const proof = JSON.parse(stdout) as { proven: boolean; revision: number; keys: number };
    expect(proof.proven).toBe(true);
    expect(proof.keys).toBeGreaterThan(100);
    expect(await inClear()).toEqual([]);
  });

  it('refuses to decrypt it with another identity', async () => {
    const other = path.join(world.lab.directory, 'other.key');
    await writeFile(other, `${await generateX25519Identity()}\n`, { mode: 0o600 });
    const { code, stderr } = await slipway('snapshot', 'prove', '--identity', other);
    expect(code).toBe(1);
    expect(stderr).toMatch(/is not the identity of age1/);
    expect(stderr).toMatch(/it cannot be opened/);
    expect(stderr).not.toContain('AGE-SECRET-KEY');
    expect(await inClear()).toEqual([]);
  });

  it('does not prove one that was changed after it was stored', async () => {
    const changed = path.join(path.dirname(file), path.basename(file).replace(/manual-\d{4}/, 'manual-2020'));
    const bytes = await readFile(file);
    const at = bytes.length - 1000;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    await writeFile(changed, bytes, { mode: 0o600 });
    const name = path.basename(changed);
    const { code, stderr } = await slipway('snapshot', 'prove', name, '--identity', world.lab.ageIdentity);
    expect(code).toBe(1);
    expect(stderr).toMatch(/could not be shown to restore/);
    expect(await inClear()).toEqual([]);
  });

  it('takes none while no etcd member has a leader', async () => {
    await world.control('POST', '/etcd/k8s-ctrl-2/stop');
    await world.control('POST', '/etcd/k8s-ctrl-3/stop');
    const { code, stderr } = await slipway('snapshot', 'take');
    expect(code).toBe(1);
    expect(stderr).toContain('slipway doctor');
    await world.control('POST', '/etcd/k8s-ctrl-2/start');
    await world.control('POST', '/etcd/k8s-ctrl-3/start');
  });
});
