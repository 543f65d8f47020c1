import { describe, expect, test } from '@jest/globals';
import { addressesAnswer, backendAnswer, stateAnswer } from '../../../src/cli/doctor/terraform-checks.js';
import { parseInventory } from '../../../src/inventory/load.js';
import type { TerraformState } from '../../../src/planning/terraform/terraform-json.js';
import { changedText } from '../../inventory/an-inventory.js';

const text = changedText((draft) => {
  draft.set('terraform', { version: '1.11.4', variables: { talos: 'talos_version' } });
  for (const role of ['control-plane', 'worker']) {
    draft.setIn(['roles', role, 'terraform'], 'module.nodes["{node}"]');
    draft.setIn(['roles', role, 'configuration'], { by: 'terraform' });
  }
});
const loaded = parseInventory(text, 'slipway.yaml');
if (!loaded.ok) throw new Error(JSON.stringify(loaded.mistakes));
const { inventory } = loaded;
const section = inventory.terraform;
if (!section) throw new Error('there is no section terraform');

const stateOf = (...nodes: string[]): TerraformState => ({
  format_version: '1.0',
  values: {
    root_module: {
      child_modules: nodes.map((node) => ({
        address: `module.nodes["${node}"]`,
        resources: [
          {
            address: `module.nodes["${node}"].terraform_data.vm`,
            mode: 'managed' as const,
            type: 'terraform_data',
            name: 'vm',
            values: { id: node },
          },
        ],
      })),
    },
  },
});

describe('what slipway doctor says of Terraform', () => {
  test.each([
    ['a file', 'local', { path: '/srv/terraform.tfstate' }, 'warn', '/srv/terraform.tfstate'],
    ['S3 that encrypts', 's3', { bucket: 'b', use_lockfile: true, encrypt: true }, 'ok', 'by a lock file'],
    [
      'S3 that does not say that it encrypts',
      's3',
      { bucket: 'b', dynamodb_table: 'locks' },
      'warn',
      'encrypt = true',
    ],
    ['PostgreSQL', 'pg', { conn_str: 'postgres://ops:hunter2@db' }, 'ok', 'by pg'],
  ])('of the backend: %s', (_, type, config, verdict, says) => {
    const answer = backendAnswer({ type, config });
    expect(answer).toMatchObject({ verdict, says: expect.stringContaining(says) });
    expect(JSON.stringify(answer)).not.toContain('hunter2');
  });

  const header = { lineage: 'abc', serial: 3 };
  test.each([
    ['one that fits', '1.11.4', 'ok', 'Serial 3 of lineage abc, 4 resources, written by version 1.11.4'],
    ['none', undefined, 'fail', 'would make every machine a second time'],
    ['one of a newer version', '1.12.0', 'fail', 'written by version 1.12.0'],
  ])('of the state: %s', (_, writer, verdict, says) => {
    const pulled = writer === undefined ? undefined : { header, text: '' };
    const state = { ...stateOf('a', 'b', 'c', 'w'), ...(writer ? { terraform_version: writer } : {}) };
    const answer = stateAnswer({ pulled, state, section, program: '1.11.4' });
    expect(answer).toMatchObject({ verdict, says: expect.stringContaining(says) });
  });

  test.each([
    ['all there', stateOf('a', 'b', 'c', 'w'), 'ok', '4 nodes of 4 have an address'],
    ['one not there', stateOf('a', 'b', 'c'), 'fail', 'module.nodes["w"]'],
    ['two not there', stateOf('a', 'b'), 'fail', 'and 1 more like it'],
  ])('of the addresses: %s', (_, state, verdict, says) => {
    expect(addressesAnswer(state, inventory)).toMatchObject({
      verdict,
      says: expect.stringContaining(says),
    });
  });
});
