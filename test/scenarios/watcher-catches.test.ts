import { readFile, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { foreground, type Finished } from '../../lab/processes/foreground.js';
import type { Verdict } from '../../lab/watcher/watch.js';
import { World } from '../../lab/world.js';
import { toolPath } from '../../src/tools/tool-path.js';

/** The watcher forgives what Slipway cannot have seen: only what stood in every look of the last five seconds counts. */
const stoodLongEnoughMs = 6_000;

/** Only here: the watcher reports broken promises. No Slipway would do this, so a person with its credentials does. */
describe('a cluster that somebody sabotages with Slipway’s own credentials', () => {
  let world: World;
  let verdict: Verdict;

  beforeAll(async () => {
    world = await World.start({ name: 'sabotage' });
    await world.kubectl('annotate', 'pods', '--selector=app=web', 'lab.slipway.dev/stop-seconds=20');
    await world.control('POST', '/etcd/k8s-ctrl-3/stop');
    await sleep(stoodLongEnoughMs);
    await kubectlAsSlipway('cordon', 'k8s-ctrl-1');
    await upgrade('k8s-ctrl-1', { through: 'k8s-ctrl-1', to: 'v1.12.0' });
    await kubectlAsSlipway('delete', 'pods', '--selector=app=web', '--wait=false');
    await leakKey();
    await Promise.all(
      ['k8s-ctrl-1', 'k8s-ctrl-2'].map((through) => upgrade('k8s-work-1', { through, to: 'v1.12.2' })),
    );
    verdict = await world.stop();
  }, 120_000);

  afterAll(async () => {
    await world.stop();
    await rm(world.folder, { recursive: true, force: true });
  }, 60_000);

  it('gets a verdict that is not clean, without a single run', () => {
    expect(verdict.ok).toBe(false);
    expect(verdict.figures).toMatchObject({
      runs: 0,
      upgradeRequests: { 'k8s-ctrl-1': 1, 'k8s-work-1': 2 },
    });
  });

  it.each([
    ['I1', 'k8s-ctrl-1', /^cordon of k8s-ctrl-1 while etcd member k8s-ctrl-3 does not answer$/],
    [
      'I2',
      'k8s-ctrl-1',
      /^Upgrade of k8s-ctrl-1 with etcd not safe: etcd member k8s-ctrl-3 does not answer$/,
    ],
    ['I3', 'k8s-ctrl-1', /^cordon of k8s-ctrl-1 belongs to no run/],
    ['I4', 'k8s-ctrl-1', /^k8s-ctrl-1 was cordoned without Slipway's mark/],
    ['I4', 'k8s-work-1', /^Upgrade of k8s-work-1 while an earlier Upgrade was still under way$/],
    ['I8', 'k8s-ctrl-1', /^k8s-ctrl-1 was asked to go from v1\.12\.1 to v1\.12\.0: that is down$/],
    ['I10', 'arguments of process', /^the age identity stands in/],
    ['I14', 'default/web-', /^Slipway deleted pod default\/web-\S+ instead of evicting$/],
    ['I14', 'k8s-work-1', /^Upgrade of k8s-work-1 while default\/web-\S+ ran on it/],
    ['I16', 'vip', /^a connection to the Kubernetes API through the virtual address$/],
    ['I16', 'k8s-ctrl-1', /^Upgrade of k8s-ctrl-1 was sent through k8s-ctrl-1 itself$/],
  ])('has broken %s for %s, and is told so', (promise, about, what) => {
    expect(verdict.violations).toContainEqual(
      expect.objectContaining({
        promise,
        about: expect.stringContaining(about),
        what: expect.stringMatching(what),
      }),
    );
  });

  /** Through the VIP, with no more rights than Slipway has. */
  async function kubectlAsSlipway(...args: string[]): Promise<Finished> {
    return run(await toolPath('kubectl'), ['--kubeconfig', world.lab.kubeconfig.slipway, ...args]);
  }

  async function upgrade(node: string, { through, to }: { through: string; to: string }): Promise<Finished> {
    const [target, endpoint] = [machine(node), machine(through)];
    const { schematic } = await stateOf(node);
    return run(await toolPath('talosctl'), [
      `--talosconfig=${world.lab.talosconfig.admin}`,
      `--endpoints=${endpoint.loopback}`,
      `--nodes=${target.address}`,
      'upgrade',
      '--wait=false',
      `--image=factory.talos.dev/nocloud-installer/${schematic}:${to}`,
    ]);
  }

  /** A process that has the key of all snapshots among its arguments, for everybody to read. */
  async function leakKey(): Promise<Finished> {
    const key = /AGE-SECRET-KEY-\S+/.exec(await readFile(world.lab.ageIdentity, 'utf8'))?.[0] ?? '';
    return run(process.execPath, ['-e', 'setTimeout(() => {}, 1_500)', key]);
  }

  function run(command: string, args: readonly string[]): Promise<Finished> {
    return foreground(command, args, { env: { HOME: world.folder }, timeoutMs: 30_000 });
  }

  function machine(name: string): World['lab']['machines'][number] {
    const found = world.lab.machines.find((one) => one.name === name);
    if (!found) throw new Error(`the lab has no ${name}`);
    return found;
  }

  async function stateOf(name: string): Promise<{ schematic: string }> {
    const { machines } = (await world.control('GET', '/state')) as {
      machines: { name: string; schematic: string }[];
    };
    const found = machines.find((one) => one.name === name);
    if (!found) throw new Error(`the lab knows no state of ${name}`);
    return found;
  }
});
