import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClusterCertificates, talosconfig } from '../../lab/certificates.js';
import { World } from '../../lab/world.js';
import { holdDrain, stopHolding } from './held-drain.js';

/** Only here: requests that are refused, each with a sentence and what to do, before anything was touched. */
describe('what cannot be done', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start({ name: 'refused' });
  });

  afterAll(async () => {
    await world.stop();
  });

  const requests = [
    ['a downgrade', ['--talos', 'v1.12.0'], /v1\.12\.0/],
    ['a minor, by machines that nothing says how to make', ['--talos', 'v1.13.0'], /lacks terraform/],
    ['a version the factory does not know', ['--talos', 'v1.12.99'], /v1\.12\.99/],
    ['a version that is none', ['--talos', 'newest'], /newest/],
    ['an unknown node', ['--only', 'k8s-work-99'], /k8s-work-99/],
  ] as const;
  it.each(requests)('%s is refused by the plan', async (_case, args, said) => {
    const plan = await world.slipway('plan', ...args);
    expect(plan.code).not.toBe(0);
    expect(plan.stdout + plan.stderr).toMatch(said);
  });

  const mistakes = [
    [
      'a node the cluster does not have',
      (text: string) => text.replaceAll('k8s-work-3', 'k8s-work-9'),
      /k8s-work-9/,
    ],
    ['another schematic', (text: string) => text.replace(/schematic: 99/, 'schematic: 88'), /schematic/],
    [
      'an expired talosconfig',
      (text: string) => text.replace('talosconfig-reader', 'talosconfig-expired'),
      /expired|ended/,
    ],
    [
      'a talosconfig of another cluster',
      (text: string) => text.replace('talosconfig-reader', 'talosconfig-foreign'),
      /certificate/,
    ],
    [
      'a credential file that is not there',
      (text: string) => text.replace('talosconfig-reader', 'nowhere'),
      /nowhere/,
    ],
  ] as const;
  it.each(mistakes)('an inventory with %s is refused with what to do', async (_case, mistake, said) => {
    const { inventory, talosconfig: files } = world.lab;
    await writeFile(path.join(path.dirname(files.reader), 'talosconfig-foreign'), foreignTalosconfig());
    const other = path.join(path.dirname(inventory), 'other.yaml');
    await writeFile(other, mistake(await readFile(inventory, 'utf8')));
    const plan = await world.slipway('plan', '--file', other);
    expect(plan.code).not.toBe(0);
    expect(plan.stdout + plan.stderr).toMatch(said);
    expect(plan.stdout + plan.stderr).not.toMatch(/^\s+at /m);
  });

  it('endpoints that do not answer are named', async () => {
    const dial = JSON.parse(await readFile(world.lab.dialMap, 'utf8')) as Record<string, string>;
    const nowhere = path.join(world.lab.directory, 'nowhere.json');
    const dead = Object.keys(dial).map((address) => [address, '127.0.0.99'] as const);
    await writeFile(nowhere, JSON.stringify(Object.fromEntries(dead)));
    const plan = await world.slipwayWith({ SLIPWAY_DIAL: nowhere }, 'plan');
    expect(plan.code).not.toBe(0);
    expect(plan.stdout + plan.stderr).toMatch(/does not answer|unreachable|refused/);
  });

  it('a missing binary is named, with what to type', async () => {
    const plan = await world.slipwayWith({ SLIPWAY_BIN_TALOSCTL: '/nowhere/talosctl' }, 'plan');
    expect(plan.code).not.toBe(0);
    expect(plan.stdout + plan.stderr).toContain('/nowhere/talosctl');
  });

  it('a control plane that somebody cordoned refuses the run: nothing is touched, nothing is held', async () => {
    await world.kubectl('cordon', 'k8s-ctrl-3');
    const result = await world.result(await world.upgrade());
    expect(result).toMatchObject({
      outcome: 'refused',
      reasons: [{ kind: 'node-cordoned', node: 'k8s-ctrl-3' }],
    });
    await expectNothingTouched();
    await world.kubectl('uncordon', 'k8s-ctrl-3');
  });

  it('a second upgrade while one runs is refused, and the cluster is held after an abort', async () => {
    await holdDrain(world, 'k8s-work-1');
    const run = await world.upgrade('--only', 'k8s-work-1');
    const second = await world.slipway('upgrade');
    expect(second.code).toBe(1);
    expect(second.stdout + second.stderr).toContain(`run ${run}`);
    await world.slipway('abort', '--why', 'a test');
    expect((await world.result(run)).outcome).toBe('aborted');
    await stopHolding(world);
    const held = await world.slipway('upgrade');
    expect(held.code).toBe(1);
    expect(held.stdout + held.stderr).toContain('slipway release');
    expect((await world.slipway('release', '--why', 'a test')).code).toBe(0);
  });

  it('an etcd member that is down stops the run before anything is touched', async () => {
    await world.control('POST', '/etcd/k8s-ctrl-3/stop');
    const run = await world.upgrade('--only', 'k8s-ctrl-1');
    await world.until('status says so', async () => {
      const stdout = await world.says();
      return stdout.includes('k8s-ctrl-3') && stdout.includes('etcd');
    });
    await world.slipway('abort', '--why', 'a test');
    await world.result(run);
    await expectNothingTouched();
    await world.control('POST', '/etcd/k8s-ctrl-3/start');
    await world.slipway('release', '--why', 'a test');
  });

  it('keeps every promise the watcher can see', async () => {
    expect((await world.stop()).complaints).toEqual([]);
  });

  async function expectNothingTouched(): Promise<void> {
    for (const { name } of world.lab.machines) {
      expect(await world.machineEvents(name, 'upgrade-accepted')).toEqual([]);
    }
  }

  function foreignTalosconfig(): string {
    const { talos } = createClusterCertificates({
      machines: [],
      vip: { address: '10.0.0.1', loopback: '127.0.0.1' },
      apiServer: '127.0.0.1',
    });
    const client = talos.client(['os:reader']);
    return talosconfig('prox-ops', { ca: talos.authority.certificate, client, endpoints: [] });
  }
});
