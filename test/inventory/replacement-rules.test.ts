import { describe, expect, test } from '@jest/globals';
import type { Document } from 'yaml';
import { parseInventory } from '../../src/inventory/load.js';
import { mistakeLine } from '../../src/inventory/mistake.js';
import { changedText, mistakesOf } from './an-inventory.js';

const address = 'module.nodes["{node}"]';
const templates = 'module.templates["{host}-{role}"]';

/** The smallest valid inventory with machines that can be replaced, changed as a document. */
function replaceable(change: (draft: Document) => void = () => {}): string {
  return changedText((draft) => {
    for (const role of ['control-plane', 'worker']) {
      draft.setIn(['roles', role, 'terraform'], address);
      draft.setIn(['roles', role, 'configuration'], { by: 'terraform' });
    }
    const section = {
      version: '1.11.4',
      variables: { talos: 'talos_version' },
      templates: { address: templates },
    };
    draft.setIn(['terraform'], draft.createNode(section));
    change(draft);
  });
}

const inPlace = { minor: 'in-place', major: 'in-place' };

describe('an inventory whose machines can be replaced', () => {
  test('is valid with the required settings, and has defaults for the rest', () => {
    const loaded = parseInventory(replaceable(), 'slipway.yaml');
    if (!loaded.ok) throw new Error(loaded.mistakes.map(mistakeLine).join('\n'));
    const { terraform, roles, limits } = loaded.inventory;
    expect(terraform).toMatchObject({
      tool: 'terraform',
      workspace: 'default',
      source: { folder: '.' },
      backend: [],
      variables: { talosWritten: 'v1.2.3', kubernetesWritten: 'v1.2.3', schematic: {}, files: [] },
      keep: [],
    });
    expect(roles.worker?.configuration).toEqual({ by: 'terraform' });
    const minute = 60_000;
    expect(limits).toMatchObject({
      terraformPlan: 5 * minute,
      terraformLock: 5 * minute,
      templates: 15 * minute,
      replace: 20 * minute,
      removeMember: 2 * minute,
      configure: 10 * minute,
    });
  });

  test.each<[string, (draft: Document) => void]>([
    [
      'the machine configuration from a file for each node',
      (draft) => configure(draft, { file: 'machines/{node}.yaml' }),
    ],
    ['from a program', (draft) => configure(draft, { exec: ['sops', '-d', 'machines/{node}.yaml'] })],
    ['from a variable', (draft) => configure(draft, { env: 'WORKER_CONFIG', encoding: 'base64' })],
    [
      'addresses by VM id',
      (draft) => draft.setIn(['roles', 'control-plane', 'terraform'], 'module.vm[{vm}]'),
    ],
    ['one template for all, where all are alike', (draft) => template(draft, 'module.template')],
    ['a template for each node', (draft) => template(draft, 'module.image["{node}"]')],
    [
      'a schematic for each node, and a template too',
      (draft) => {
        template(draft, 'module.image["{node}"]');
        draft.setIn(['nodes', 1, 'schematic'], 'b'.repeat(64));
      },
    ],
    ['no templates', (draft) => draft.deleteIn(['terraform', 'templates'])],
    [
      'identities by attribute',
      (draft) => draft.setIn(['terraform', 'resources'], { vm: { uuid: 'a[0].b', mac: 'c' } }),
    ],
  ])('may have %s', (_name, change) => expect(mistakesOf(replaceable(change))).toEqual([]));

  test('needs no such settings without a written replace strategy, or if every delta is in place', () => {
    expect(mistakesOf(changedText(() => {}))).toEqual([]);
    const section = (draft: Document): void => {
      for (const role of ['control-plane', 'worker']) draft.deleteIn(['roles', role, 'configuration']);
      draft.setIn(['upgrade'], draft.createNode({ strategy: inPlace }));
    };
    expect(mistakesOf(replaceable(section))).toEqual([]);
  });
});

describe('a replacement rule', () => {
  test.each<[string, (draft: Document) => void, string, string]>([
    [
      'replace without Terraform',
      (draft) => {
        draft.deleteIn(['terraform']);
        draft.setIn(['upgrade'], draft.createNode({ strategy: { minor: 'replace' } }));
      },
      'upgrade.strategy.minor',
      'it is replace, and nothing says what makes the machines',
    ],
    [
      'a role without an address',
      (draft) => draft.deleteIn(['roles', 'worker', 'terraform']),
      'roles.worker.terraform',
      "it is missing, nobody would know which machine of Terraform's is w",
    ],
    [
      'a role without a way to configure its machines',
      (draft) => draft.deleteIn(['roles', 'control-plane', 'configuration']),
      'roles.control-plane.configuration',
      'it is missing, a new machine joins the cluster by its machine configuration',
    ],
    [
      'an address that is that of all nodes',
      (draft) => draft.setIn(['roles', 'control-plane', 'terraform'], 'module.nodes["{host}"]'),
      'roles.control-plane.terraform',
      'it does not say {node}',
    ],
    [
      'an address with something unknown in braces',
      (draft) => draft.setIn(['roles', 'worker', 'terraform'], 'module.nodes["{nod}"]'),
      'roles.worker.terraform',
      '{nod} is not known',
    ],
    [
      'an address with what a node does not have',
      (draft) => {
        draft.setIn(['roles', 'worker', 'terraform'], 'module.nodes["{node}-{vm}"]');
        draft.deleteIn(['nodes', 3, 'vm']);
      },
      'roles.worker.terraform',
      'it says {vm}, and w has no vm',
    ],
    [
      'templates by host of a node without one',
      (draft) => draft.deleteIn(['nodes', 2, 'host']),
      'terraform.templates.address',
      'it says {host}, and c has no host',
    ],
    [
      'one template for roles of different schematics',
      (draft) => {
        template(draft, 'module.templates["{host}"]');
        draft.setIn(['roles', 'worker', 'schematic'], 'b'.repeat(64));
      },
      'terraform.templates.address',
      'it does not say {role}',
    ],
    [
      'a schematic of a node whose template is shared',
      (draft) => draft.setIn(['nodes', 1, 'schematic'], 'b'.repeat(64)),
      'nodes[1].schematic',
      'b has a schematic of its own, and its template is that of other nodes too',
    ],
  ])('refuses %s', (_name, change, at, what) => {
    const mistakes = mistakesOf(replaceable(change)).map(mistakeLine);
    expect(mistakes).toHaveLength(1);
    expect(mistakes[0]).toContain(`${at}: ${what}`);
  });
});

describe('the schema of replacements', () => {
  test.each<[string, (draft: Document) => void, string]>([
    [
      'a range of versions',
      (draft) => draft.setIn(['terraform', 'version'], '~> 1.11'),
      'write it like 1.11.4',
    ],
    [
      'no version',
      (draft) => draft.deleteIn(['terraform', 'version']),
      'it is missing, a state that a newer Terraform has written is lost to the older ones',
    ],
    ['no variable', (draft) => draft.deleteIn(['terraform', 'variables']), 'each hop passes its own version'],
    [
      'a folder outside the repository',
      (draft) => draft.setIn(['terraform', 'source'], draft.createNode({ folder: 'a/../../b' })),
      'a folder of the repository is written like infrastructure/terraform',
    ],
    [
      'another way to configure',
      (draft) => draft.setIn(['roles', 'worker', 'configuration'], draft.createNode({ by: 'ansible' })),
      'write { by: terraform }, or { by: apply-config',
    ],
    [
      'a template without an address',
      (draft) => template(draft, ''),
      'terraform.templates.address: "" does not fit',
    ],
  ])('refuses %s', (_name, change, text) => {
    expect(mistakesOf(replaceable(change)).map(mistakeLine).join('\n')).toContain(text);
  });

  test.each<[string, (draft: Document) => void]>([
    [
      'a backend',
      (draft) => draft.setIn(['terraform', 'backend'], draft.createNode(['access_key = "s3cr3t"'])),
    ],
    ['an environment', (draft) => draft.setIn(['terraform', 'env'], draft.createNode({ TOKEN: 's3cr3t' }))],
    [
      'a variable file',
      (draft) => draft.setIn(['terraform', 'variables', 'files'], draft.createNode(['s3cr3t'])),
    ],
    ['a machine configuration', (draft) => configure(draft, 's3cr3t')],
  ])('never quotes %s that was written out', (_name, change) => {
    const said = mistakesOf(replaceable(change)).map(mistakeLine).join('\n');
    expect(said).toContain('write { file: PATH } or { env: NAME }');
    expect(said).not.toContain('s3cr3t');
  });
});

function configure(draft: Document, file: unknown): void {
  draft.setIn(['roles', 'worker', 'configuration'], draft.createNode({ by: 'apply-config', file }));
}

function template(draft: Document, text: string): void {
  draft.setIn(['terraform', 'templates', 'address'], text);
}
