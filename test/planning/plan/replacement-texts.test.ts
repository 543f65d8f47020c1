import { describe, expect, test } from '@jest/globals';
import type { Inventory } from '../../../src/inventory/schema.js';
import { planCommands } from '../../../src/planning/plan/manual-commands.js';
import { planText } from '../../../src/planning/plan/plan-text.js';
import { nodeConfiguration, patchesFor } from '../../../src/planning/node/node-configuration.js';
import { aCluster, type Cluster } from '../a-cluster.js';
import { planOf } from '../a-planned-node.js';
import { aReplacingCluster, commit, replacing, withRole, withTerraform } from '../a-replacing-cluster.js';

const world = withRole(aReplacingCluster(), 'worker', { afterReplacement: ['tailscale registers again'] });
const plan = planOf(replacing(world));
const notesOf = (cluster: Cluster): string => planOf(replacing(cluster)).notes.join('\n');

describe('the text of a plan that replaces', () => {
  const text = planText(plan);

  test.each([
    /^prox-ops {2}Talos → v1\.13\.9 {2}replace \(minor: upgrade\.strategy\.minor of slipway\.yaml is replace\)$/m,
    /^nodes, in this order \(replaced by Terraform\)$/m,
    /^ {4}4 {2}work-1 {2}worker .* v1\.12\.1 → v1\.13\.9 {2}canary, replaced, module\.worker_nodes\["work-1"\], soak 5m$/m,
    new RegExp(`^terraform 1\\.11\\.4, terraform at ${commit.slice(0, 12)}, workspace default$`, 'm'),
    /^ {2}talos_version = 1\.13\.9$/m,
    /^templates, first and only where they differ$/m,
    /^ {2}module\.templates\["odin-worker"\]$/m,
    /^ {2}replace-machine .*once$/m,
    /^ {2}remove-member .*\(control planes\)$/m,
    /terraformLock 5m · templates 15m · replace 20m/,
  ])('says %s', (line) => expect(text).toMatch(line));

  test('names no image: no node installs one', () => {
    expect(text).not.toMatch(/^images$/m);
    expect(text).not.toContain('prepare-image');
  });

  test('in place lists no limit that it never waits for', () => {
    expect(planText(planOf(aCluster().planInput()))).not.toMatch(/terraform|templates|removeMember/);
  });
});

describe('its notes', () => {
  test.each([
    'destroyed and replaced by Terraform, which cannot be undone',
    'kept when a machine is replaced, by type (terraform.keep): proxmox_virtual_environment_file',
    'before the first node of Talos v1.13.9: 6 templates, those of another version, are made of it; no machine changes by that',
    'a rollback replaces a machine again, with v1.12.1: the template of its host and role is replaced first, which takes about 5m, then the machine, about 6m',
    'ctrl-1, ctrl-2 and ctrl-3: the etcd member goes with the machine',
    'afterwards, for each of work-1, work-2 and work-3: tailscale registers again',
  ])('say: %s', (sentence) => expect(plan.notes.join('\n')).toContain(sentence));

  test('say nothing of what is not so', () => {
    const plain = withTerraform(aReplacingCluster(), { keep: [] });
    const workers = planOf(replacing(plain, { only: ['work-1'] })).notes.join('\n');
    expect(workers).not.toMatch(/kept|etcd member|afterwards|git does not/);
    const inPlace = planOf(aReplacingCluster().planInput()).notes.join('\n');
    expect(inPlace).not.toMatch(/destroyed|template/);
    expect(inPlace).toContain('may want to replace these machines');
  });

  test('say that Slipway does not ensure the template version, where slipway.yaml names no templates', () => {
    const note = 'slipway.yaml names no templates (terraform.templates)';
    expect(notesOf(withTerraform(world, { templates: undefined }))).toContain(note);
    expect(plan.notes.join('\n')).not.toContain(note);
  });

  test('say that git wants another version, since Terraform would roll back to it', () => {
    const input = replacing(world);
    const notes = planOf({ ...input, request: { ...input.request, declared: false } }).notes.join('\n');
    expect(notes).toContain('git does not declare Talos v1.13.9: afterwards a plan of Terraform');
  });

  test('say whose devices need a machine configuration from Terraform that cannot be checked before', () => {
    const by = (configuration: Inventory['roles']['control-plane']['configuration']) =>
      world.declaring((inventory) => ({
        ...inventory,
        roles: {
          ...inventory.roles,
          worker: { ...(inventory.roles.worker ?? inventory.roles['control-plane']), configuration },
        },
        devices: {
          'nvidia.com/gpu': {
            configuration: { files: [{ under: '/var/cri' }], notUnder: [], exceptFor: [] },
          },
        },
        nodes: inventory.nodes.map((node) =>
          node.name === 'work-1' ? { ...node, gpu: { resource: 'nvidia.com/gpu', count: 1 } } : node,
        ),
      }));
    const words = 'work-1: Terraform brings the machine configuration';
    expect(notesOf(by({ by: 'terraform' }))).toContain(words);
    expect(notesOf(by({ by: 'apply-config', file: { file: '{node}.yaml' } }))).not.toContain(words);
  });

  test('say that a newer Kubernetes of git is not brought by this', () => {
    const bumped = world.declaring((inventory) => ({
      ...inventory,
      versions: { ...inventory.versions, kubernetes: 'v1.36.1' },
    }));
    expect(notesOf(bumped)).toContain(
      'new machines get Kubernetes v1.35.0, which runs; slipway.yaml declares v1.36.1',
    );
    expect(notesOf(world)).not.toContain('new machines get Kubernetes');
  });
});

describe('its commands', () => {
  const text = planCommands(plan, world.inventory);
  const [head = '', templates = '', ...nodes] = text.split('\n# --- ');
  const [controlPlane = '', , , worker = ''] = nodes;
  const values = '-var talos_version=1.13.9 -var kubernetes_version=v1.35.0 -var talos_schematic_worker=';

  test('set up Terraform first, with credentials that stand on no command line', () => {
    expect(head).toContain('backend0=state.s3.tfbackend  # for -backend-config\nbackend0="$PWD/$backend0"');
    expect(head).toContain('variables0=/srv/terraform.tfvars  # for -var-file\nTF_VAR_token=');
    expect(head).toContain('TF_VAR_token="$(printenv TOKEN | base64 -d)" && export TF_VAR_token');
    expect(head).toContain(`configuration=terraform  # in a clean checkout of commit ${commit}`);
    expect(head).toContain('terraform -chdir="$configuration" init -input=false -backend-config="$backend0"');
    expect(head).not.toContain('workspace select');
  });

  test('replace the templates before any node, in one plan', () => {
    expect(templates).toContain('the templates of Talos v1.13.9, before any node');
    expect(templates.match(/-target='module\.templates/g)).toHaveLength(6);
    expect(templates).toContain(`plan -input=false -lock-timeout=300s -var-file="$variables0" ${values}`);
    expect(templates).toContain(`apply -input=false -var-file="$variables0" ${values}`);
    expect(templates).toMatch(/ templates\.tfplan\n$/);
  });

  test('replace a control plane in the order in which it is safe', () => {
    const order = [
      'etcd snapshot',
      'state list',
      'show ctrl-1.tfplan',
      ' cordon ',
      ' drain ',
      'forfeit-leadership',
      'The same again',
      'etcd members',
      `apply -input=false -var-file="$variables0" ${values}`,
      'etcd remove-member ID',
      'machine=machines/ctrl-1.yaml',
      'get systeminformation --insecure',
      'apply-config --insecure --file "$machine"',
      'version --short',
      ' wait ',
      ' uncordon ',
    ];
    const positions = order.map((what) => controlPlane.indexOf(what));
    expect(positions.every((position) => position > 0)).toBe(true);
    expect(positions).toEqual(positions.toSorted((a, b) => a - b));
    expect(controlPlane.match(/apply -input=false/g)).toHaveLength(1);
    expect(controlPlane).not.toMatch(/image pull|upgrade --image/);
  });

  test('name each resource of the node but what is kept', () => {
    expect(controlPlane).toContain(
      `state list 'module.control_nodes["ctrl-1"]' | grep -vF .data. | grep -vF .proxmox_virtual_environment_file. | ` +
        String.raw`sed 's/^/-replace=/' | tr '\n' '\0' | \ `.trimEnd(),
    );
    expect(controlPlane).toContain(`-out=ctrl-1.tfplan -target='module.control_nodes["ctrl-1"]'`);
  });

  test('keep one resource of a type, too, whether it is counted or not', () => {
    const keeping = withTerraform(aReplacingCluster(), { keep: ['terraform_data.disk'] });
    const commands = planCommands(planOf(replacing(keeping)), keeping.inventory);
    const [, pattern = ''] = /grep -vE '([^']+)'/.exec(commands) ?? [];
    const kept = new RegExp(pattern);
    const list = ['disk', 'disk[0]', 'disk["a"]', 'disk_image', 'vm'].map(
      (one) => `module.a["b"].terraform_data.${one}`,
    );
    expect(list.filter((address) => !kept.test(address))).toEqual([
      'module.a["b"].terraform_data.disk_image',
      'module.a["b"].terraform_data.vm',
    ]);
  });

  test('remove no member of a worker, and send it nothing that Terraform brings', () => {
    expect(worker).toMatch(/^4 of 6: work-1 \(worker\), v1\.12\.1 → v1\.13\.9, replaced ---$/m);
    expect(worker).not.toMatch(/remove-member|apply-config|etcd members/);
    expect(worker).toContain('# Its machine configuration comes by Terraform: it joins automatically.');
  });

  test('say where the configuration is, when it is another repository and workspace', () => {
    const other = withTerraform(world, {
      tool: 'tofu',
      workspace: 'production',
      source: { repository: 'https://git.example/infra', folder: 'talos machines' },
    });
    const said = planCommands(planOf(replacing(other)), other.inventory);
    expect(said).toContain(
      `configuration='talos machines'  # in a clean checkout of https://git.example/infra of commit`,
    );
    expect(said).toContain('tofu -chdir="$configuration" workspace select production');
  });

  test('give a saved plan no variables again where that is refused', () => {
    const older = withTerraform(world, { tool: 'tofu', version: '1.10.6' });
    const said = planCommands(planOf(replacing(older)), older.inventory);
    expect(said).toContain('apply -input=false ctrl-1.tfplan');
  });

  test('of a plan in place name no Terraform', () => {
    const inPlace = planOf(world.planInput());
    expect(planCommands(inPlace, world.inventory)).not.toContain('terraform');
  });

  test('merge the patches of slipway.yaml into what is sent, in their order', () => {
    const patched = world.declaring((inventory) => ({
      ...inventory,
      patches: [
        { patch: { file: 'all.yaml' } },
        {
          for: { role: 'control-plane' },
          patch: { exec: ['sops', '-d', '{node}.yaml'], env: [], encoding: 'plain' },
        },
      ],
    }));
    const said = planCommands(planOf(replacing(patched)), patched.inventory);
    expect(said).toContain('patch1=all.yaml');
    expect(said).toContain('sops -d ctrl-1.yaml');
    expect(said).toContain(
      'apply-config --insecure --file "$machine" --config-patch "@$patch1" --config-patch "@$patch2"',
    );
  });
});

describe('the machine configuration of a node', () => {
  test.each<[string, unknown, unknown]>([
    ['a file', { file: 'machines/{node}/{node}.yaml' }, { file: 'machines/w/w.yaml' }],
    [
      'a program',
      { exec: ['sops', '-d', '{node}.yaml'], env: [], encoding: 'plain' },
      { exec: ['sops', '-d', 'w.yaml'], env: [], encoding: 'plain' },
    ],
    ['a variable', { env: 'WORKER', encoding: 'plain' }, { env: 'WORKER', encoding: 'plain' }],
  ])('of %s has the name filled in', (_name, file, expected) => {
    const roles = {
      worker: { configuration: { by: 'apply-config', file } },
    } as unknown as Inventory['roles'];
    expect(nodeConfiguration({ roles }, { name: 'w', role: 'worker' })).toEqual(expected);
  });

  test('is none where Terraform brings it, or slipway.yaml names none', () => {
    const roles = {
      'control-plane': {},
      worker: { configuration: { by: 'terraform' } },
    } as unknown as Inventory['roles'];
    expect(nodeConfiguration({ roles }, { name: 'w', role: 'worker' })).toBeUndefined();
    expect(nodeConfiguration({ roles }, { name: 'c', role: 'control-plane' })).toBeUndefined();
  });
});

describe('the patches of a node', () => {
  const file = (name: string): { file: string } => ({ file: name });
  const patches = [
    { patch: file('all.yaml') },
    { for: { role: 'worker' as const }, patch: file('workers.yaml') },
    { for: { hardware: 'gpu' }, patch: file('gpu.yaml') },
    { for: { nodes: ['w'], role: 'worker' as const }, patch: file('{node}.yaml') },
    { for: { nodes: ['w'], hardware: 'other' }, patch: file('never.yaml') },
  ];
  const filesFor = (name: string, role: 'worker' | 'control-plane', hardware?: string) =>
    patchesFor({ patches }, { name, role, hardware }, 'creation');

  test('are those for its role, its pool and itself, in the order they are written', () => {
    expect(filesFor('w', 'worker', 'gpu')).toEqual(
      ['all.yaml', 'workers.yaml', 'gpu.yaml', 'w.yaml'].map((name) => file(name)),
    );
    expect(filesFor('v', 'worker')).toEqual([file('all.yaml'), file('workers.yaml')]);
    expect(filesFor('c', 'control-plane')).toEqual([file('all.yaml')]);
  });

  test('are none where slipway.yaml has none', () =>
    expect(patchesFor({}, { name: 'w', role: 'worker' }, 'creation')).toEqual([]));

  test('are each for one moment, in the order they are written', () => {
    const when = 'after-ready' as const;
    const both = [
      { when, patch: file('global.yaml') },
      { when: 'creation' as const, patch: file('first.yaml') },
      ...patches,
      { when, for: { hardware: 'gpu' }, patch: file('gpu-of-{node}.yaml') },
    ];
    const gpu = { name: 'w', role: 'worker', hardware: 'gpu' } as const;
    expect(patchesFor({ patches: both }, gpu, when)).toEqual([file('global.yaml'), file('gpu-of-w.yaml')]);
    expect(patchesFor({ patches: both }, gpu, 'creation')[0]).toEqual(file('first.yaml'));
    expect(patchesFor({ patches }, gpu, when)).toEqual([]);
  });
});
