import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { World } from '../../../lab/world.js';
import type { Finding } from '../../../src/cli/doctor/check.js';

/** Covered only here: the checks against a cluster that responds, with the shipped role and with more permissions. */
describe('slipway doctor on the lab', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start({ name: 'doctor' });
  });

  afterAll(async () => {
    await world.stop();
  });

  async function doctor(
    ...args: string[]
  ): Promise<{ code: number | undefined; findings: readonly Finding[] }> {
    const { code, stdout } = await world.slipway('doctor', '--json', ...args);
    return { code, findings: (JSON.parse(stdout) as { findings: Finding[] }).findings };
  }

  async function withInventory(change: (text: string) => string): Promise<string> {
    const other = path.join(path.dirname(world.lab.inventory), 'other.yaml');
    await writeFile(other, change(await readFile(world.lab.inventory, 'utf8')));
    return other;
  }

  const notWell = (findings: readonly Finding[]): Finding[] =>
    findings.filter(({ verdict }) => verdict === 'fail' || verdict === 'warn');

  it('reports a cluster with a worker as healthy, and checks each endpoint separately', async () => {
    const { code, findings } = await doctor();
    expect(notWell(findings)).toEqual([]);
    expect(code).toBe(0);
    const timed = findings.filter(({ group, tookMs }) => group === 'endpoints' && tookMs !== undefined);
    expect(timed).toHaveLength(3 + 3 + world.lab.machines.length);
    expect(findings.find(({ what }) => what === 'VIP')?.says).toContain('never used');
  });

  it('sends nothing through the VIP', async () => {
    const fronts = await readFile(world.lab.logs.fronts, 'utf8');
    const since = fronts.length;
    await doctor();
    const added = (await readFile(world.lab.logs.fronts, 'utf8')).slice(since);
    expect(added).toContain('"front":"k8s-ctrl-1"');
    expect(added).not.toContain('"front":"vip"');
  });

  it('reports permissions of credentials beyond the required ones', async () => {
    const other = await withInventory((text) =>
      text
        .replace('kubeconfig-slipway', 'kubeconfig-admin')
        .replace('talosconfig-reader', 'talosconfig-admin'),
    );
    const { code, findings } = await doctor('--file', other);
    expect(notWell(findings).map(({ what, verdict }) => [what, verdict])).toEqual([
      ['talosconfig (reader), roles', 'warn'],
      ['kubeconfig, too much', 'warn'],
    ]);
    expect(code).toBe(0);
  });

  it('fails a kubeconfig whose user lacks permissions, and names them', async () => {
    await world.kubectl('delete', 'clusterrolebinding', 'slipway');
    try {
      const { code, findings } = await doctor();
      expect(findings.find(({ what }) => what === 'kubeconfig, enough')).toMatchObject({
        verdict: 'fail',
        says: expect.stringMatching(/may not .*nodes/),
      });
      expect(code).toBe(1);
    } finally {
      await world.kubectl(
        'create',
        'clusterrolebinding',
        'slipway',
        '--clusterrole=slipway',
        '--user=slipway',
      );
    }
  });

  it("names the plan's disagreements, and annotations that belong to no open run", async () => {
    await world.kubectl('annotate', 'node', 'k8s-work-1', 'slipway.dev/run=run/prox-ops/7/1/k8s-work-1/1');
    const other = await withInventory((text) => text.replaceAll('k8s-work-3', 'k8s-work-9'));
    const { code, findings } = await doctor('--inventory', other);
    await world.kubectl('annotate', 'node', 'k8s-work-1', 'slipway.dev/run-');
    expect(findings.filter(({ group }) => group === 'inventory').map(({ what }) => what)).toEqual(
      expect.arrayContaining(['k8s-work-9', 'k8s-work-3']),
    );
    expect(findings.find(({ group }) => group === 'marks')).toMatchObject({
      what: 'k8s-work-1',
      verdict: 'warn',
      says: expect.stringContaining('run/prox-ops/7'),
    });
    expect(code).toBe(1);
  });

  it('continues without Temporal, and with one control plane unreachable', async () => {
    const dial = JSON.parse(await readFile(world.lab.dialMap, 'utf8')) as Record<string, string>;
    const cut = path.join(world.lab.directory, 'cut.json');
    const address = world.lab.machines.find(({ name }) => name === 'k8s-ctrl-2')?.address ?? '';
    await writeFile(cut, JSON.stringify({ ...dial, [address]: '127.0.0.99' }));
    const env = { SLIPWAY_DIAL: cut, TEMPORAL_ADDRESS: '127.0.0.1:1' };
    const { code, stdout } = await world.slipwayWith(env, 'doctor', '--json');
    const { findings } = JSON.parse(stdout) as { findings: Finding[] };
    expect(notWell(findings).map(({ what }) => what)).toEqual([
      'k8s-ctrl-2, Talos API',
      'k8s-ctrl-2, Kubernetes API',
      'server',
    ]);
    expect(findings.find(({ what }) => what === 'k8s-ctrl-2, node')?.verdict).toBe('ok');
    expect(findings.find(({ what }) => what === 'worker')?.verdict).toBe('not-asked');
    expect(code).toBe(1);
  });
});
