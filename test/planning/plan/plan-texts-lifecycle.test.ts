import { describe, expect, test } from '@jest/globals';
import { armedMarkText } from '../../../src/planning/node/armed.js';
import { stepOrders } from '../../../src/planning/steps/node-steps.js';
import { planCommands } from '../../../src/planning/plan/manual-commands.js';
import { planText } from '../../../src/planning/plan/plan-text.js';
import { aCluster, type Cluster, marked, workerSchematic } from '../a-cluster.js';
import { planOf } from '../a-planned-node.js';

const request = { talos: 'v1.13.9' };
const well = aCluster().upgrading({
  strategy: { patch: 'in-place', minor: 'in-place', major: 'replace' },
  workers: { canary: 1, batch: 3, undrained: 'halt' },
});
const boot = 'boot-of-work-2';
/** Control planes on 1.12, workers on 1.13, one of them with the version installed. */
const mixed = well
  .running('v1.13.4', 'work-1', 'work-2', 'work-3')
  .withObject('work-2', { marks: marked({ armed: armedMarkText('v1.13.9', boot, workerSchematic) }) });
const plan = planOf(mixed.planInput({ request }));
const text = planText(plan);

describe('the text of a plan of both flows', () => {
  test('begins with both clients, and says what is rebooted only and how many go together', () => {
    expect(text.split('\n').slice(0, 10).join('\n')).toBe(
      `prox-ops  Talos → v1.13.9  in place (minor: upgrade.strategy.minor of slipway.yaml is in-place)
6 nodes to upgrade, one at a time, and workers after the canary up to 3 together · about ${text.match(/about (\S+)/)?.[1]} · Kubernetes v1.35.0

nodes, in this order (talosctl 1.12, legacy flow; talosctl 1.13, lifecycle flow)
    1  ctrl-1  control-plane  v1.12.1 → v1.13.9  boots through its firmware, soak 5m
    2  ctrl-2  control-plane  v1.12.1 → v1.13.9  soak 5m
    3  ctrl-3  control-plane  v1.12.1 → v1.13.9  soak 5m
    4  work-1  worker         v1.13.4 → v1.13.9  canary, boots through its firmware, soak 5m
    5  work-2  worker         v1.13.4 → v1.13.9  installed already: rebooted only
    6  work-3  worker         v1.13.4 → v1.13.9`,
    );
  });

  test.each([
    ['the image', '(ctrl-1, ctrl-2, ctrl-3, work-1, work-3)', 'prepare-image'],
    ['the install', '(ctrl-1, ctrl-2, ctrl-3, work-1, work-3)', 'install'],
    ['the reboot', '(work-1, work-2, work-3)', 'reboot'],
  ])('says who takes %s', (_name, who, step) => {
    expect(text.split('\n').find((line) => line.startsWith(`  ${step} `))).toContain(who);
  });

  test('says of nobody in particular what all take, and of control planes what they take', () => {
    const line = (step: string): string | undefined =>
      text.split('\n').find((one) => one.startsWith(`  ${step} `));
    expect(line('cordon')).toMatch(/with the mark of this run$/);
    expect(line('await-etcd-member')).toMatch(/caught up \(control planes\)$/);
  });

  test('names each step once', () => {
    for (const step of stepOrders.lifecycle)
      expect(text.match(new RegExp(`^ {2}${step} {2,}`, 'gm'))).toHaveLength(1);
  });

  test('of the lifecycle flow alone says so of no step', () => {
    const alone = planText(planOf(well.running('v1.13.4').planInput({ request })));
    expect(alone).toContain('nodes, in this order (talosctl 1.13, lifecycle flow)');
    expect(alone).not.toMatch(/\(work-1/);
  });

  test('of hops numbers them, and gives the reason of the first', () => {
    const why = 'it is known to go wrong otherwise';
    const [hop] = plan.hops;
    if (!hop) throw new Error('there is no hop');
    const two = planText({ ...plan, hops: [{ ...hop, to: 'v1.12.9', why }, hop] });
    expect(two).toContain('hop 1 of 2: nodes, in this order');
    expect(two).toContain(`\n  ${why}\n`);
    expect(two).toContain('hop 2 of 2: nodes, in this order');
  });
});

describe('the commands of a plan of both flows', () => {
  const commands = commandsOf(mixed);
  const section = (name: string, all = commands): string =>
    all.split('\n# --- ').find((part) => part.includes(`: ${name} (`)) ?? '';

  test('install and boot a node of 1.12 with one request', () => {
    expect(section('ctrl-2')).toMatch(
      /talosctl --talosconfig "\$admin" -n 10\.20\.67\.2 -e 10\.20\.67\.1 upgrade --image \S+ --wait=false --reboot-mode default --stage=false --force=false$/m,
    );
    expect(section('ctrl-2')).not.toContain(' reboot --mode');
  });

  test('install a node of 1.13 and reboot it with another request, each once', () => {
    const lines = section('work-1').split('\n');
    const install = lines.findIndex((line) =>
      / upgrade --image \S+ --no-reboot --drain=false --legacy=false --progress plain --timeout 300s /.test(
        line,
      ),
    );
    const reboot = lines.findIndex((line) =>
      line.endsWith(' reboot --mode powercycle --wait=false --drain=false'),
    );
    expect(install).toBeGreaterThan(0);
    expect(reboot).toBeGreaterThan(install);
    expect(section('work-1').match(/ upgrade --image/g)).toHaveLength(1);
    expect(section('work-1').match(/ reboot --mode/g)).toHaveLength(1);
  });

  test('only reboot what has the version installed', () => {
    expect(section('work-2')).not.toMatch(/ upgrade --image| image pull /);
    expect(section('work-2')).toContain('installing it again could overwrite the slot that runs');
    expect(section('work-2')).toContain(' reboot --mode default --wait=false --drain=false');
  });

  test('check every etcd member before the reboot of a control plane: Talos does not', () => {
    const lines = section('ctrl-2', commandsOf(well.running('v1.13.4'))).split('\n');
    const reboot = lines.findIndex((line) => line.includes(' reboot --mode'));
    expect(lines[reboot - 1]).toContain('-n 10.20.67.1,10.20.67.2,10.20.67.3 -e 10.20.67.1 etcd status');
    expect(section('work-1')).not.toContain('Look at every member again');
  });

  test('of the only node neither drain it nor transfer leadership', () => {
    const single = commandsOf(aCluster({ controlPlanes: 1, workers: 0 }).running('v1.13.4'));
    expect(single).not.toMatch(/ drain | forfeit-leadership/);
    expect(single).toMatch(/ cordon ctrl-1$/m);
    expect(single).toContain(' reboot --mode');
  });

  test('of the only control plane drain it, and transfer no leadership', () => {
    const one = commandsOf(aCluster({ controlPlanes: 1, workers: 2 }).running('v1.13.4'));
    expect(one).toContain(' drain ctrl-1 ');
    expect(one).not.toContain('forfeit-leadership');
  });
});

function commandsOf(cluster: Cluster): string {
  return planCommands(planOf(cluster.planInput({ request })), cluster.inventory);
}
