import type { TerraformRunReason } from '../../../src/planning/reasons/terraform-run.js';
import type { TerraformReason } from '../../../src/planning/reasons/terraform.js';

const node = 'k8s-work-1';
const subject = node;
const type = 'proxmox_virtual_environment_vm';
const address = `module.worker_nodes["${node}"].${type}.this`;
const lineage = '77671d2e-7fde-27bf-6588-af573127a13f';

type Either = TerraformReason | TerraformRunReason;

/** One of each kind, so that a kind without a sentence, an advice or a row fails a test. */
export const everyTerraformReason: {
  readonly [Kind in Either['kind']]: Extract<Either, { kind: Kind }>;
} = {
  'terraform-address-wrong': {
    kind: 'terraform-address-wrong',
    address: 'module.worker_nodes["{nod}"]',
    why: '{nod} is not known, only {node}, {host}, {role}, {vm}',
  },
  'terraform-address-empty': {
    kind: 'terraform-address-empty',
    name: node,
    address: `module.worker_nodes["${node}"]`,
    near: ['module.worker_nodes["k8s-work-2"].proxmox_virtual_environment_vm.this'],
  },
  'terraform-address-too-wide': {
    kind: 'terraform-address-too-wide',
    address: 'module.worker_nodes',
    instance: address,
    nodes: [node, 'k8s-work-2'],
  },
  'terraform-state-empty': { kind: 'terraform-state-empty', answering: 15 },
  'terraform-state-lacks-node': {
    kind: 'terraform-state-lacks-node',
    node,
    address: `module.worker_nodes["${node}"]`,
  },
  'terraform-state-other': {
    kind: 'terraform-state-other',
    expected: lineage,
    found: '03654532-f72d-8156-25a9-a18fe6abc163',
  },
  'terraform-state-moved': { kind: 'terraform-state-moved', expected: 41, found: 43 },
  'terraform-too-new': { kind: 'terraform-too-new', what: 'state', version: '1.11.4', pin: '1.9.8' },
  'terraform-id-missing': { kind: 'terraform-id-missing', address },
  'terraform-format-unknown': { kind: 'terraform-format-unknown', version: '2.0' },
  'terraform-plan-errored': { kind: 'terraform-plan-errored', subject },
  'terraform-outside': {
    kind: 'terraform-outside',
    subject,
    changes: ['module.templates["thor-worker"].proxmox_virtual_environment_vm.this (destroyed and created)'],
    count: 3,
  },
  'terraform-action': { kind: 'terraform-action', address, action: 'forgotten by the state' },
  'terraform-not-replaced': { kind: 'terraform-not-replaced', address, found: 'changed in place' },
  'terraform-wrong-order': { kind: 'terraform-wrong-order', address },
  'terraform-attribute': {
    kind: 'terraform-attribute',
    address,
    path: 'memory[0].dedicated',
    from: '32768',
    to: '16384',
    guarded: true,
    type,
  },
  'terraform-drifted': {
    kind: 'terraform-drifted',
    address,
    path: 'network_device[1].vlan_id',
    from: '62',
    to: '81',
  },
  'terraform-id-changed': { kind: 'terraform-id-changed', address, expected: '8004', found: '8104' },
  'terraform-deposed': { kind: 'terraform-deposed', address, key: '5c1f9a04' },
  'terraform-deferred': { kind: 'terraform-deferred', address, why: 'instance_count_unknown' },
  'terraform-invokes': { kind: 'terraform-invokes', actions: ['action.ansible_playbook.join'] },
  'terraform-template-moves-node': {
    kind: 'terraform-template-moves-node',
    node,
    address,
    action: 'destroyed and created',
  },
  'terraform-incomplete': { kind: 'terraform-incomplete', node, address },
  'terraform-machine-unrecorded': { kind: 'terraform-machine-unrecorded', node, address },
  'terraform-unclear': {
    kind: 'terraform-unclear',
    node,
    address,
    why: 'the state does not hold it, and nobody knows whether a machine stands there',
  },
  'terraform-commit-unknown': { kind: 'terraform-commit-unknown', file: '/etc/slipway/slipway.yaml' },
  'terraform-source': {
    kind: 'terraform-source',
    repository: 'https://git.example/prox-ops.git',
    commit: '0f4c2d5e6a7b8c9d0e1f2a3b4c5d6e7f8a9b0c1d',
    why: 'fatal: remote error: upload-pack: not our ref',
  },
  'terraform-program': {
    kind: 'terraform-program',
    tool: 'terraform',
    version: '1.9.8',
    why: 'Unsupported Terraform Core version',
  },
  'terraform-init-failed': {
    kind: 'terraform-init-failed',
    tool: 'terraform',
    why: 'Failed to get existing workspaces: the S3 bucket does not exist.',
  },
  'terraform-local-state': { kind: 'terraform-local-state', setting: 'path', found: 'terraform.tfstate' },
  'terraform-lockless': {
    kind: 'terraform-lockless',
    backend: 's3',
    settings: ['use_lockfile', 'dynamodb_table'],
  },
  'terraform-remote-execution': { kind: 'terraform-remote-execution', backend: 'cloud' },
  'terraform-locked': {
    kind: 'terraform-locked',
    who: 'ops@baldar',
    since: '2026-11-21T14:32:00.000Z',
    operation: 'apply',
    id: '0ae5b0d5-9b3f-2c0e-1df1-6a6b1f3a9a10',
    why: 'no process that Slipway started took it',
  },
  'terraform-plan-failed': {
    kind: 'terraform-plan-failed',
    tool: 'tofu',
    messages: ['Reference to undeclared resource.'],
    count: 1,
  },
  'terraform-plan-stale': { kind: 'terraform-plan-stale', tool: 'terraform' },
  'terraform-apply-failed': {
    kind: 'terraform-apply-failed',
    tool: 'terraform',
    messages: [`${address}: error waiting for VM 8004: timeout.`],
    count: 3,
  },
  'terraform-state-unwritten': {
    kind: 'terraform-state-unwritten',
    file: '/var/lib/slipway/snapshots/terraform/prox-ops-unwritten-2026-11-21T14-32-00-000Z.tfstate.age',
  },
  'terraform-state-unreadable': {
    kind: 'terraform-state-unreadable',
    tool: 'terraform',
    why: 'Failed to load state: AccessDenied',
  },
};
