import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { foreground, type Finished } from '../../../lab/processes/foreground.js';
import type { Verdict } from '../../../lab/watcher/watch.js';
import { waits } from '../../../lab/waits.js';
import { World } from '../../../lab/world.js';
import { toolPath } from '../../../src/tools/tool-path.js';
import { FalseHistory } from '../../lab/watcher/false-history.js';

/** The watcher forgives what Slipway cannot have observed: only what was in every observation of the last five seconds counts. */
const stoodLongEnoughMs = 6_000;

/** A wait that shows nothing for so long is not a short one to the watcher. */
const silentLongEnoughMs = 13_000;

const run1 = 'run/prox-ops/1';
const workflow = (node: string): string => `${run1}/1/${node}/1`;
const begun = (node: string) => ({ does: 'start', id: workflow(node), input: { to: 'v1.13.2' } }) as const;
const ended = (node: string, outcome: string, state: string) =>
  ({ does: 'complete', result: { node, outcome, state, to: 'v1.13.2' } }) as const;

/** Only here: the watcher reports broken promises. Slipway would not do this, so a person with its credentials does. */
describe('a cluster that somebody sabotages with Slipway’s own credentials', () => {
  let world: World;
  let verdict: Verdict;

  beforeAll(async () => {
    world = await World.start({
      name: 'sabotage',
      // Down for good, so that a connection to it reaches nobody.
      faults: ['never-returns@k8s-ctrl-2'],
      labArgs: ['--talos', 'v1.13.1', '--target', 'v1.13.2'],
    });
    await world.kubectl('annotate', 'pods', '--selector=app=web', 'lab.slipway.dev/stop-seconds=20');
    await world.control('POST', '/etcd/k8s-ctrl-3/stop');
    await sleep(stoodLongEnoughMs);
    await kubectlAsSlipway('cordon', 'k8s-ctrl-1');
    await upgrade('k8s-ctrl-1', { through: 'k8s-ctrl-1', to: 'v1.13.0' });
    await kubectlAsSlipway('delete', 'pods', '--selector=app=web', '--wait=false');
    await leakKey();
    await pretendRun();
    verdict = await world.stop();
  });

  afterAll(async () => {
    await world.stop();
    await rm(world.folder, { recursive: true, force: true });
  });

  it('gets a verdict that is not clean', () => {
    expect(verdict.ok).toBe(false);
    expect(verdict.complaints.length).toBeGreaterThanOrEqual(verdict.violations.length);
    expect(verdict.figures).toMatchObject({
      runs: 1,
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
    ['I2', 'k8s-ctrl-1', /nobody had asked how the etcd of k8s-ctrl-2 is$/],
    ['I2', 'k8s-ctrl-2', /^Reboot of k8s-ctrl-2 with etcd not safe: etcd member k8s-ctrl-3 does not answer$/],
    ['I3', 'k8s-ctrl-1', /^cordon of k8s-ctrl-1 belongs to no run/],
    ['I3', run1, /^cordon of k8s-ctrl-2 before any snapshot of run\/prox-ops\/1 was finished$/],
    ['I4', 'k8s-ctrl-1', /^k8s-ctrl-1 was cordoned without Slipway's mark/],
    ['I4', 'k8s-work-1', /^Upgrade of k8s-work-1 while an earlier Upgrade was still under way$/],
    [
      'I5',
      'k8s-ctrl-2',
      /^k8s-ctrl-2 is still cordoned by run\/prox-ops\/1, which ended done and names no state of it$/,
    ],
    ['I6', 'k8s-work-1', /^k8s-work-1 was asked to install 2 times in .*: Upgrade, Upgrade$/],
    ['I6', 'k8s-work-2', /^k8s-work-2 was asked to install 2 times in .*: install, install$/],
    ['I6', 'k8s-work-2', /^install of k8s-work-2, which was armed: slot B was installed and not booted$/],
    ['I6', 'k8s-work-2', /^k8s-work-2 was installed over slot A, which runs$/],
    ['I7', 'k8s-ctrl-1', /^\S+ says done, and k8s-ctrl-1 runs v1\.13\.1, not v1\.13\.2$/],
    ['I7', 'k8s-ctrl-1', /^\S+ says done, and k8s-ctrl-1 has not booted since/],
    ['I9', 'k8s-work-1', /^\S+ began after k8s-ctrl-3 had failed in run\/prox-ops\/1$/],
    ['I9', 'k8s-work-1', /^Upgrade of k8s-work-1 after k8s-ctrl-3 had failed in run\/prox-ops\/1$/],
    ['I13', run1, /^awaitReady in run\/prox-ops\/1 had been pending for .* and showed no reason$/],
    ['I13', run1, /^awaitReady in run\/prox-ops\/1 may wait for ever: it has no limit$/],
    ['I13', run1, /^awaitReady was still pending when run\/prox-ops\/1 ended$/],
    ['I8', 'k8s-ctrl-1', /^k8s-ctrl-1 was asked to go from v1\.13\.1 to v1\.13\.0: that is down$/],
    ['I10', 'arguments of process', /^the age identity stands in/],
    ['I14', 'default/web-', /^Slipway deleted pod default\/web-\S+ instead of evicting$/],
    ['I14', 'k8s-work-1', /^Upgrade of k8s-work-1 while default\/web-\S+ ran on it/],
    ['I16', 'vip', /^a connection to the Kubernetes API through the virtual address$/],
    [
      'I16',
      'k8s-ctrl-2',
      /^talosctl version for k8s-ctrl-1 was to go through k8s-ctrl-2, which was being disrupted$/,
    ],
    ['I16', 'k8s-ctrl-1', /^Upgrade of k8s-ctrl-1 was sent through k8s-ctrl-1 itself$/],
  ])('has broken %s for %s, and the watcher reports it', (promise, about, what) => {
    expect(verdict.violations).toContainEqual(
      expect.objectContaining({
        promise,
        about: expect.stringContaining(about),
        what: expect.stringMatching(what),
      }),
    );
  });

  /** A run with a false report, which works on a node after another had failed. */
  async function pretendRun(): Promise<void> {
    const history = new FalseHistory(await world.client(), world.namespace);
    await history.begin(run1, 'upgradeCluster', {});
    await history.next(run1, { does: 'schedule', activity: 'awaitReady' }, begun('k8s-ctrl-1'));
    await history.takeActivity(run1);
    const silentUntil = Date.now() + silentLongEnoughMs;
    await history.next(workflow('k8s-ctrl-1'), ended('k8s-ctrl-1', 'done', 'on-target'));
    await kubectlAsSlipway('cordon', 'k8s-ctrl-2');
    await history.next(run1, begun('k8s-ctrl-3'));
    await history.next(workflow('k8s-ctrl-3'), ended('k8s-ctrl-3', 'halted', 'back-on-old'));
    await history.next(run1, begun('k8s-work-1'));
    // Its first task is there when it has begun.
    await history.next(workflow('k8s-work-1'));
    await Promise.all(
      ['k8s-ctrl-1', 'k8s-ctrl-2'].map((through) => upgrade('k8s-work-1', { through, to: 'v1.13.2' })),
    );
    await history.next(run1, begun('k8s-work-2'));
    await history.next(workflow('k8s-work-2'));
    await install('k8s-work-2');
    await install('k8s-work-2');
    await talosctl('1.13', 'k8s-ctrl-2', 'k8s-ctrl-1', ['reboot', '--wait=false', '--drain=false']);
    await world.until('k8s-ctrl-2 is down', async () => {
      return (await world.machineEvents('k8s-ctrl-2', 'down')).length > 0;
    });
    await lingering('k8s-ctrl-1', 'k8s-ctrl-2', ['version']);
    await sleep(Math.max(0, silentUntil - Date.now()));
    await history.next(run1, { does: 'complete', result: { outcome: 'done', nodes: [] } });
  }

  /** Through the VIP, with no more rights than Slipway has. */
  async function kubectlAsSlipway(...args: string[]): Promise<Finished> {
    return run(await toolPath('kubectl'), ['--kubeconfig', world.lab.kubeconfig.slipway, ...args]);
  }

  async function upgrade(node: string, { through, to }: { through: string; to: string }): Promise<Finished> {
    return talosctl('1.12', node, through, ['upgrade', '--wait=false', `--image=${await image(node, to)}`]);
  }

  /** Installs and reboots nothing, through LifecycleService. */
  async function install(node: string): Promise<Finished> {
    const wanted = `--image=${await image(node, 'v1.13.2')}`;
    const options = [
      '--no-reboot',
      '--drain=false',
      '--legacy=false',
      '--progress=plain',
      '--namespace=system',
    ];
    return talosctl('1.13', node, 'k8s-ctrl-1', ['upgrade', wanted, ...options]);
  }

  async function talosctl(
    minor: string,
    node: string,
    through: string,
    words: readonly string[],
  ): Promise<Finished> {
    const way = ['--endpoints', machine(through).loopback, '--nodes', machine(node).address];
    return run(await toolPath('talosctl', minor), [
      ...words,
      `--talosconfig=${world.lab.talosconfig.admin}`,
      ...way,
    ]);
  }

  /** The same, delayed for a moment: a machine that is down refuses at once, and such a short process may go unobserved. */
  async function lingering(node: string, through: string, words: readonly string[]): Promise<void> {
    const way = ['--endpoints', machine(through).loopback, '--nodes', machine(node).address];
    const config = `--talosconfig=${world.lab.talosconfig.admin}`;
    const child = spawn(await toolPath('talosctl', '1.13'), [...words, config, ...way], { stdio: 'ignore' });
    const gone = once(child, 'exit');
    child.kill('SIGSTOP');
    await sleep(1_000);
    child.kill('SIGCONT');
    await gone;
  }

  async function image(node: string, version: string): Promise<string> {
    const { schematic } = await stateOf(node);
    return `factory.talos.dev/nocloud-installer/${schematic}:${version}`;
  }

  /** A process that has the key of all snapshots among its arguments, for everybody to read. */
  async function leakKey(): Promise<Finished> {
    const key = /AGE-SECRET-KEY-\S+/.exec(await readFile(world.lab.ageIdentity, 'utf8'))?.[0] ?? '';
    return run(process.execPath, ['-e', 'setTimeout(() => {}, 1_500)', key]);
  }

  function run(command: string, args: readonly string[]): Promise<Finished> {
    return foreground(command, args, { env: { HOME: world.folder }, timeoutMs: waits.commandMs });
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
