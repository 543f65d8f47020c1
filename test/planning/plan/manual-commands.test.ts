import { describe, expect, test } from '@jest/globals';
import { planCommands } from '../../../src/planning/plan/manual-commands.js';
import { aCluster, type Cluster, cordonedBySomebody } from '../a-cluster.js';
import { planOf } from '../a-planned-node.js';

const world = aCluster()
  .withObject('work-2', cordonedBySomebody)
  .withTalos('work-3', { version: 'v1.12.6' })
  .declaring((inventory) => ({ ...inventory, vip: '10.20.67.100' }));
const text = commandsOf(world);
const sections = text.split('\n# --- ').slice(1);

describe('the commands of a plan', () => {
  test('have a section for each node that is upgraded, in the order of the plan', () => {
    const names = sections.map((section) => /of \d+: (\S+)/.exec(section)?.[1]);
    expect(names).toEqual(['ctrl-1', 'ctrl-2', 'ctrl-3', 'work-1', 'work-2']);
  });

  test('come in the order in which they are safe', () => {
    const order = [
      'etcd status',
      'etcd snapshot',
      'snapshot restore',
      'image pull',
      ' cordon ',
      ' drain ',
      'forfeit-leadership',
      ' upgrade ',
      ' wait ',
      ' uncordon ',
    ];
    const [first = ''] = sections;
    const positions = order.map((what) => first.indexOf(what));
    expect(positions.every((position) => position > 0)).toBe(true);
    expect(positions).toEqual(positions.toSorted((a, b) => a - b));
  });

  test('never go through the node they are for, nor through the VIP', () => {
    expect(text.match(/-e \S+/g)?.length).toBeGreaterThan(20);
    for (const section of sections) {
      const name = /of \d+: (\S+)/.exec(section)?.[1];
      const own = world.inventory.nodes.find((node) => node.name === name)?.address ?? '';
      expect(section).not.toContain(`-e ${own} `);
      expect(section).not.toContain(`https://${own}:6443`);
      expect(section.replaceAll(/^#.*$/gm, '')).not.toContain('10.20.67.100');
    }
  });

  test('send one upgrade for each node, with every flag written out', () => {
    const upgrades = text.split('\n').filter((line) => line.includes(' upgrade '));
    expect(upgrades).toHaveLength(5);
    for (const line of upgrades) {
      expect(line).toMatch(
        /^talosctl --talosconfig "\$admin" -n \S+ -e \S+ upgrade --image \S+ --wait=false --reboot-mode (default|powercycle) --stage=false --force=false$/,
      );
    }
    expect(upgrades.map((line) => /--reboot-mode (\w+)/.exec(line)?.[1])).toEqual([
      'powercycle',
      'default',
      'default',
      'powercycle',
      'default',
    ]);
  });

  test('take a snapshot before the first node and each control plane, encrypted where it is kept', () => {
    expect(text.match(/etcd snapshot before-/g)).toHaveLength(3);
    expect(
      text.match(/age -r age1q+ -o snapshots\/before-ctrl-1\.snapshot\.age before-ctrl-1\.snapshot && rm/g),
    ).toHaveLength(1);
  });

  test('wait for etcd between control planes, and not before the first', () => {
    expect(sections.map((section) => section.includes('sleep 120'))).toEqual([
      false,
      true,
      true,
      false,
      false,
    ]);
  });

  test("leave a person's cordon as it is", () => {
    const kept = sections.at(-1) ?? '';
    expect(kept).toContain('work-2 was cordoned by somebody: it stays so afterwards');
    expect(kept).not.toMatch(/ (un)?cordon work-2/);
  });

  test('hold references to credentials, and read each before its name is used for something else', () => {
    expect(text).toContain('reader=reader  # talosconfig for looking');
    expect(text.indexOf('printenv KUBECONFIG > "$kubeconfig"')).toBeLessThan(
      text.indexOf('export KUBECONFIG='),
    );
    const coded = world.declaring((inventory) => ({
      ...inventory,
      access: { ...inventory.access, kubernetes: { env: 'KUBECONFIG_BASE64', encoding: 'base64' as const } },
    }));
    expect(commandsOf(coded)).toContain('printenv KUBECONFIG_BASE64 | base64 -d > "$kubeconfig"');
  });

  test('quote what a shell would take apart', () => {
    const spaced = world.declaring((inventory) => ({
      ...inventory,
      snapshot: { ...inventory.snapshot, directory: "/srv/my snap's" },
    }));
    expect(commandsOf(spaced)).toContain(`'/srv/my snap'\\''s/before-ctrl-1.snapshot.age'`);
  });

  test('of the only control plane go through it, and say so', () => {
    const single = commandsOf(aCluster({ controlPlanes: 1, workers: 0 }));
    expect(single).toContain('# There is no other control plane, so requests go through the node itself.');
    expect(single).not.toContain('forfeit-leadership');
  });
});

function commandsOf(cluster: Cluster): string {
  return planCommands(planOf(cluster.planInput()), cluster.inventory);
}
