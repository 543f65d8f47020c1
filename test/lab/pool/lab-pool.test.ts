import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { appendFile, readFile } from 'node:fs/promises';
import { LabPool } from '../../../lab/pool/lab-pool.js';
import { leaseLab, type Lease } from '../../../lab/pool/lease-lab.js';
import { Terminal } from '../../../lab/terminal.js';
import type { LabDescription } from '../../../lab/lab-description.js';

class AtTheLab extends Terminal {
  constructor(readonly lab: LabDescription) {
    super();
  }

  environment(): Record<string, string> {
    return {};
  }
}

/** The state that a scenario may change, as one text. */
async function seen({ lab }: AtTheLab): Promise<object> {
  const at = new AtTheLab(lab);
  const kubectl = async (...args: string[]): Promise<unknown> => at.kubectl('get', ...args);
  const state = (await at.control('GET', '/state')) as {
    machines: { name: string; power: string; installs: number; version: string }[];
    faults: object;
  };
  return {
    inventory: await readFile(lab.inventory, 'utf8'),
    faults: state.faults,
    machines: state.machines.map(({ name, power, installs, version }) => [name, power, installs, version]),
    nodes: await kubectl(
      'nodes',
      '-o=jsonpath={range .items[*]}{.metadata.name} {.metadata.annotations} {.metadata.labels} {.spec}{"\\n"}{end}',
    ),
    namespaces: await kubectl('namespaces', '-o=name'),
    budgets: await kubectl(
      'poddisruptionbudgets',
      '-A',
      '-o=jsonpath={range .items[*]}{.metadata.name} {.spec}{"\\n"}{end}',
    ),
    web: await kubectl('deployments', '-n=default', '-o=jsonpath={.items[*].spec.replicas}'),
    slow: await kubectl(
      'pods',
      '-A',
      '-o=jsonpath={.items[*].metadata.annotations.lab\\.slipway\\.dev/stop-seconds}',
    ),
  };
}

describe('a pool of labs', () => {
  let pool: LabPool;
  let lease: Lease;

  beforeAll(async () => {
    pool = await LabPool.start();
    lease = await leaseLab(pool.address);
  });

  afterAll(async () => {
    await pool.stop();
  });

  it('leases the same lab again, in its initial state, whatever was done to it', async () => {
    const first = new AtTheLab(lease.description);
    const before = await seen(first);
    await first.control('POST', '/faults', { name: 'never-ready', node: 'k8s-work-2' });
    await first.control('POST', '/machines/k8s-work-1/power-off');
    await first.control('POST', '/etcd/k8s-ctrl-2/stop');
    await appendFile(first.lab.inventory, '# changed\n');
    await first.slowPods('k8s-work-3', 60);
    await first.kubectl('cordon', 'k8s-work-2');
    await first.kubectl('annotate', 'node', 'k8s-work-2', 'slipway.dev/run=prox-ops/1');
    await first.kubectl('taint', 'node', 'k8s-work-3', 'mine=yes:NoSchedule');
    await first.kubectl('create', 'namespace', 'mine');
    await first.kubectl('patch', 'pdb', 'web', '--type=merge', '--patch={"spec":{"maxUnavailable":0}}');
    await first.kubectl('scale', 'deployment', 'web', '--replicas=1');
    await first.kubectl('delete', 'service', 'db', '--namespace=postgres');
    expect(await seen(first)).not.toEqual(before);

    await lease.release(true);
    lease = await leaseLab(pool.address);
    const again = new AtTheLab(lease.description);
    expect(again.lab.directory).toBe(first.lab.directory);
    expect(await seen(again)).toEqual(before);
    expect(await again.kubectl('get', 'service', 'db', '--namespace=postgres', '-o=name')).toBe('service/db');
    const spread = await again.kubectl('get', 'pods', '-l=app=web', '-o=jsonpath={.items[*].spec.nodeName}');
    expect(spread.split(' ').toSorted()).toEqual(['k8s-work-1', 'k8s-work-2', 'k8s-work-3']);
  });

  it('never leases a lab again whose lease ended with a failure', async () => {
    const { directory } = lease.description;
    await lease.release(false);
    lease = await leaseLab(pool.address);
    expect(lease.description.directory).not.toBe(directory);
  });
});
