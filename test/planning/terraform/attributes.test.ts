import { describe, expect, test } from '@jest/globals';
import { attributeChanges } from '../../../src/planning/terraform/attribute-changes.js';
import { type AttributePath, fit, pathText } from '../../../src/planning/terraform/attribute-paths.js';
import { ruleFor, rulesOf } from '../../../src/planning/terraform/resource-rules.js';
import type { Json } from '../../../src/planning/terraform/terraform-json.js';

function changesOf(before: Json, after: Json, more: object = {}, reading = {}): string[] {
  const change = { actions: ['update'], before, after, ...more };
  return attributeChanges(change, reading).map(({ path, from, to }) => `${pathText(path)}: ${from} → ${to}`);
}

describe('what differs', () => {
  test.each<[string, Json, Json, string[]]>([
    ['a number', { cpu: 4 }, { cpu: 8 }, ['cpu: 4 → 8']],
    ['a number and its digits are the same', { cpu: 4 }, { cpu: '4' }, []],
    ['a boolean and its word are not', { on: true }, { on: 'true' }, ['on: true → true']],
    ['nothing, null and empty are the same', { a: null, b: [], c: {} }, { b: null, d: null }, []],
    ['an empty text is not nothing', { a: null }, { a: '' }, ['a: none → empty']],
    ['deep inside', { m: [{ d: 1, s: 0 }] }, { m: [{ d: 2, s: 0 }] }, ['m[0].d: 1 → 2']],
    [
      'one element more',
      { n: [{ bridge: 'a' }] },
      { n: [{ bridge: 'a' }, { bridge: 'b' }] },
      ['n[1]: none → bridge b'],
    ],
    ['a block gone', { m: { size: 4 } }, {}, ['m: size 4 → none']],
    ['a name that is no identifier', { l: { 'a.b/c': 1 } }, { l: { 'a.b/c': 2 } }, ['l["a.b/c"]: 1 → 2']],
    [
      'a long text is not shown',
      { f: 'x'.repeat(81) },
      { f: 'a\nb' },
      ['f: a text of 81 characters → a text of 3 characters'],
    ],
    ['plain lists are shown', { t: null }, { t: ['a', 'b'] }, ['t[0]: none → a', 't[1]: none → b']],
  ])('%s', (_name, before, after, expected) => expect(changesOf(before, after)).toEqual(expected));

  test('what is known after apply only is said so, wherever it stands', () => {
    expect(
      changesOf(
        { id: 'a', n: [{ mac: 'aa' }], input: { t: 1, u: 2 } },
        { n: [{}], input: { u: 2 } },
        { after_unknown: { id: true, n: [{ mac: true }], input: { t: true } } },
      ),
    ).toEqual([
      'id: a → known after apply',
      'n[0].mac: aa → known after apply',
      'input.t: 1 → known after apply',
    ]);
  });

  test.each([
    ['https://bot:geheim@images.test/talos.iso', 'https://bot:(sensitive)@images.test/talos.iso'],
    ['https://:geheim@images.test', 'https://:(sensitive)@images.test'],
    ['git::https://geheim@git.test/a.git?ref=v1', 'git::https://(sensitive)@git.test/a.git?ref=v1'],
    ['a=postgres://u:geheim@db/x b', 'a=postgres://u:(sensitive)@db/x b'],
    ['https://s3.test/a?X-Amz-Signature=geheim&b=1', 'https://s3.test/a?X-Amz-Signature=(sensitive)&b=1'],
    ['https://s3.test/a?b=1&sig=geheim#c', 'https://s3.test/a?b=1&sig=(sensitive)#c'],
    ['ssh://git@git.test/a', 'ssh://git@git.test/a'],
    ['oci://reg.test/img:1@sha256:00', 'oci://reg.test/img:1@sha256:00'],
    ['https://git.test/a?ref=v1', 'https://git.test/a?ref=v1'],
  ])('of %s only what gives no access is shown, though nothing marks it as sensitive', (url, text) => {
    expect(changesOf({ url }, { url: null, list: [url] })).toEqual([
      `url: ${text} → none`,
      `list[0]: none → ${text}`,
    ]);
    const [change] = attributeChanges({ actions: ['update'], before: { url }, after: { url: 'b' } });
    expect(change?.whole).toEqual({ from: url === text, to: true });
  });

  test('what is sensitive before or after is never shown, nor what is inside of it', () => {
    const texts = changesOf(
      { a: 'geheim-1', b: { c: 'geheim-2' }, d: [{ e: 'geheim-3', f: 1 }] },
      { a: 'geheim-4', b: { c: 'geheim-5' }, d: [] },
      { before_sensitive: { a: true, d: [{ e: true }] }, after_sensitive: { b: true } },
    );
    expect(texts).toEqual([
      'a: (sensitive) → (sensitive)',
      'b.c: (sensitive) → (sensitive)',
      'd[0]: (sensitive) → none',
    ]);
  });

  test('what is named like a secret is not shown either', () => {
    const before = { initialization: [{ user_account: [{ password: 'geheim-1' }] }], token: 'geheim-2' };
    const texts = changesOf(before, { initialization: [{ user_account: [{ password: 'x' }] }], token: null });
    expect(texts.join()).not.toMatch(/geheim/);
    expect(texts).toHaveLength(2);
  });

  test('elements known by a name are compared by it, whatever their order', () => {
    const reading = { keyed: { disk: 'interface' } };
    const [a, b] = [
      { interface: 'scsi0', size: 20 },
      { interface: 'scsi1', size: 100, datastore_id: 'vms-ceph' },
    ];
    expect(changesOf({ disk: [a, b] }, { disk: [b, a] }, {}, reading)).toEqual([]);
    expect(changesOf({ disk: [a, b] }, { disk: [a] }, {}, reading)).toEqual([
      'disk[scsi1]: interface scsi1, datastore_id vms-ceph, size 100 → none',
    ]);
    expect(
      changesOf({ disk: [b, a] }, { disk: [a, b] }, { after_unknown: { disk: [{ size: true }] } }, reading),
    ).toEqual(['disk[scsi0].size: 20 → known after apply']);
  });

  test('a text with JSON in it is read, where the type says so', () => {
    const [before, after] = [{ input: '{"cpu":4,"vmid":8004}' }, { input: '{"vmid":8004,"cpu":8}' }];
    expect(changesOf(before, after, {}, { json: ['input'] })).toEqual(['input.cpu: 4 → 8']);
    expect(changesOf(before, after)).toHaveLength(1);
    expect(changesOf({ input: '{"a":1}' }, { input: '{' }, {}, { json: ['input'] })).toHaveLength(1);
  });
});

describe('both values are shown in full', () => {
  const wholeOf = (before: Json, after: Json, more: object = {}): (readonly [boolean, boolean])[] =>
    attributeChanges({ actions: ['update'], before: { a: before }, after: { a: after }, ...more }).map(
      ({ whole }) => [whole.from, whole.to],
    );

  test.each<[string, Json, Json]>([
    ['numbers', 4, 8],
    ['booleans', false, true],
    ['short texts', 'vms-ceph', 'local lvm (ssd)'],
    ['a text of 80 characters', 'x', 'y'.repeat(80)],
    ['nothing, and a text of nothing', null, ''],
    ['nothing, and an element of a list', [], ['worker']],
  ])('of %s', (_name, before, after) => expect(wholeOf(before, after)).toEqual([[true, true]]));

  test.each<[string, Json]>([
    ['a long text', 'x'.repeat(81)],
    ['lines', 'a\nb'],
    ['a tab', 'a\tb'],
    ['a blank at its end', 'a '],
    ['what no terminal shows', 'a\u200Bb'],
    ['a text that reads like nothing', 'none'],
    ['a text that reads like a boolean', 'true'],
    ['a text that reads like a secret', '(sensitive)'],
    ['a block', { size: 4 }],
    ['a block of a few words', { interface: 'scsi1', size: 4, serial: 'x' }],
  ])('not of %s, on either side', (_name, value) => {
    expect(wholeOf(null, value)).toEqual([[true, false]]);
    expect(wholeOf(value, null)).toEqual([[false, true]]);
  });

  test('not of a list in the place of something else', () =>
    expect(wholeOf('a', ['a'])).toEqual([[true, false]]));

  test('not of a secret, nor of what is known after apply only', () => {
    expect(wholeOf('x', 'y', { after_sensitive: { a: true } })).toEqual([[false, false]]);
    expect(wholeOf('x', null, { after_unknown: { a: true } })).toEqual([[true, false]]);
  });
});

describe('a pattern', () => {
  test.each<[string, AttributePath, number]>([
    ['cpu', ['cpu', 0, 'cores'], 1],
    ['cpu.cores', ['cpu', 0, 'cores'], 2],
    ['cpu[*].cores', ['cpu', 0, 'cores'], 3],
    ['cpu[0].cores', ['cpu', 0, 'cores'], 3],
    ['cpu[1].cores', ['cpu', 0, 'cores'], 0],
    ['cpu.cores', ['cpu'], 0],
    ['cp', ['cpu'], 0],
    ['nic[1+].mac', ['nic', 0, 'mac'], 0],
    ['nic[1+].mac', ['nic', 7, 'mac'], 3],
    ['disk.size', ['disk', { element: 'scsi1' }, 'size'], 2],
    ['disk[scsi1].size', ['disk', { element: 'scsi1' }, 'size'], 3],
    ['disk[scsi0].size', ['disk', { element: 'scsi1' }, 'size'], 0],
    ['disk[*].size', ['disk', { element: 'scsi1' }, 'size'], 3],
    ['labels["a.b"]', ['labels', 'a.b'], 2],
    ['', ['cpu'], 0],
  ])('%s fits %j: %i', (pattern, path, expected) => expect(fit(pattern, path)).toBe(expected));
});

describe('the rule for an attribute', () => {
  const vm = rulesOf('proxmox_virtual_environment_vm', 'machine');

  test.each<[AttributePath, string]>([
    [['clone', 0, 'vm_id'], 'may-change'],
    [['clone', 0, 'full'], 'guarded'],
    [['disk', { element: 'scsi0' }, 'file_id'], 'may-change'],
    [['disk', { element: 'scsi0' }, 'size'], 'guarded'],
    [['disk', { element: 'scsi1' }], 'guarded'],
    [['network_device', 0, 'mac_address'], 'guarded'],
    [['network_device', 2, 'mac_address'], 'may-change'],
    [['network_device', 2, 'vlan_id'], 'guarded'],
    [['vm_id'], 'guarded'],
    [['name'], 'guarded'],
    [['tags', 0], 'not-named'],
    [['cpu', 0, 'units'], 'guarded'],
  ])('%j: %s', (path, rule) => expect(ruleFor(vm, path, false)).toBe(rule));

  test('lets the provider fill in what it computes, and no more', () => {
    expect(ruleFor(vm, ['cpu', 0, 'units'], true)).toBe('may-change');
    expect(ruleFor(vm, ['cpu', 0, 'cores'], true)).toBe('guarded');
    expect(ruleFor(vm, ['network_device', 0, 'mac_address'], true)).toBe('guarded');
    expect(ruleFor(vm, ['on_boot'], true)).toBe('not-named');
  });

  test('of a template lets its name carry the version', () => {
    const template = rulesOf('proxmox_virtual_environment_vm', 'template');
    expect(ruleFor(template, ['name'], false)).toBe('may-change');
    expect(ruleFor(template, ['vm_id'], false)).toBe('guarded');
  });

  test('is extended by the inventory: the longer name decides, and guarded wins a tie', () => {
    const added = {
      proxmox_virtual_environment_vm: {
        mayChange: ['tags', 'memory[0].dedicated', 'cpu'],
        guarded: ['description'],
      },
    };
    const rules = rulesOf('proxmox_virtual_environment_vm', 'machine', added);
    expect(ruleFor(rules, ['tags', 0], false)).toBe('may-change');
    expect(ruleFor(rules, ['memory', 0, 'dedicated'], false)).toBe('may-change');
    expect(ruleFor(rules, ['memory', 0, 'floating'], false)).toBe('guarded');
    expect(ruleFor(rules, ['cpu', 0, 'cores'], false)).toBe('guarded');
    expect(ruleFor(rules, ['description'], false)).toBe('guarded');
  });

  test('of an undescribed type: only its id', () => {
    const rules = rulesOf('hcloud_server', 'machine');
    expect(ruleFor(rules, ['id'], true)).toBe('may-change');
    expect(ruleFor(rules, ['image'], false)).toBe('not-named');
  });
});
