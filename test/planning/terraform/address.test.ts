import { describe, expect, test } from '@jest/globals';
import { expandAddress } from '../../../src/planning/terraform/address-template.js';
import {
  covers,
  escapeKey,
  formatAddress,
  parseAddress,
  sameAddress,
} from '../../../src/planning/terraform/address.js';

describe('an address', () => {
  test.each([
    'module.worker_nodes["k8s-work-1"]',
    'module.worker_nodes',
    'module.a.module.b[0].aws_instance.this["x"]',
    'terraform_data.vm',
    'terraform_data.vm[3]',
    'data.talos_image.this',
    'module.a["k"].data.talos_image.this[0]',
    String.raw`module.a["we\"i\\rd"].b_c.d-e["x.y[0]"]`,
    'module.a["$${not}%%{an}interpolation"].b.c',
    String.raw`module.a["line\nand\ttab\u0007"].b.c`,
  ])('%s is read and written as it was', (text) => {
    const parsed = parseAddress(text);
    expect(parsed && formatAddress(parsed)).toBe(text);
  });

  test.each([
    '',
    'module',
    'module.',
    'module.a.',
    'module["a"].b',
    'aws_instance',
    'aws_instance["a"].b',
    'a.b.c',
    'data.a',
    'module.a["x"',
    'module.a[x]',
    'module.a[-1]',
    'module.a["x"]b.c',
    'module.a["${b}"]',
    String.raw`module.a["\q"]`,
    'module.a["x"] ',
    'a..b',
  ])('"%s" is none', (text) => expect(parseAddress(text)).toBeUndefined());

  test('knows modules, kind, type, name and keys', () => {
    expect(parseAddress('module.a["k"].module.b[2].data.t.n["0"]')).toEqual({
      modules: [
        { name: 'a', key: 'k' },
        { name: 'b', key: 2 },
      ],
      resource: { mode: 'data', type: 't', name: 'n', key: '0' },
    });
  });

  test.each<[string, string, boolean]>([
    ['module.n["a"]', 'module.n["a"].t.r', true],
    ['module.n["a"]', 'module.n["a"].module.m[0].t.r["x"]', true],
    ['module.n["a"]', 'module.n["ab"].t.r', false],
    ['module.n["1"]', 'module.n[1].t.r', false],
    ['module.n["a"]', 'module.n.t.r', false],
    ['module.n', 'module.n["a"].t.r', true],
    ['module.n.module.m', 'module.n["a"].module.m.t.r', false],
    ['module.n.t.r', 'module.n["a"].t.r', false],
    ['t.r', 't.r["x"]', true],
    ['t.r["x"]', 't.r', false],
    ['t.r', 't.r2', false],
    ['t.r', 'data.t.r', false],
    ['module.n["a"].t.r', 'module.n["a"]', false],
    ['module.n["a"].t.r', 'module.n["a"].module.m.t.r', false],
    ['module.n["\\u0061"]', 'module.n["a"].t.r', true],
    ['not an address', 't.r', false],
    ['t.r', 'not an address', false],
  ])('%s covers %s: %s', (outer, inner, expected) => expect(covers(outer, inner)).toBe(expected));

  test('is the same however its key is escaped, and nothing is the same as no address', () => {
    expect(sameAddress('t.r["a"]', String.raw`t.r["\u0061"]`)).toBe(true);
    expect(sameAddress('t.r["a"]', 't.r')).toBe(false);
    expect(sameAddress('', '')).toBe(false);
  });

  test('keeps what a key may not hold in clear', () => {
    expect(escapeKey('a"b\\c${d}%{e}\n')).toBe('a\\"b\\\\c$${d}%%{e}\\n');
  });
});

describe('an address template', () => {
  const values = { node: 'k8s-work-1', host: 'baldar', role: 'worker', vm: 8004 };

  test.each([
    ['module.worker_nodes["{node}"]', 'module.worker_nodes["k8s-work-1"]'],
    ['module.templates["{host}-{role}"]', 'module.templates["baldar-worker"]'],
    ['proxmox_virtual_environment_vm.{node}', 'proxmox_virtual_environment_vm.k8s-work-1'],
    ['module.vms[{vm}].t.r', 'module.vms[8004].t.r'],
    ['module.all', 'module.all'],
  ])('%s is %s', (template, address) =>
    expect(expandAddress(template, values)).toEqual({ ok: true, address }),
  );

  test.each([
    ['module.worker_nodes["{nod}"]', '{nod} is not known, only {node}, {host}, {role}, {vm}'],
    ['module.{node}.', 'module.k8s-work-1. is no module and no resource'],
    ['data.t.{node}', 'a data source is only read'],
  ])('%s is refused: %s', (template, why) =>
    expect(expandAddress(template, values)).toEqual({
      ok: false,
      reason: { kind: 'terraform-address-wrong', address: template, why },
    }),
  );

  test('says what the node lacks', () => {
    const expanded = expandAddress('module.templates["{host}"]', { node: 'k8s-work-1', role: 'worker' });
    expect(expanded).toMatchObject({ reason: { why: 'k8s-work-1 has no host in slipway.yaml' } });
  });

  test('cannot be broken out of by a name', () => {
    const expanded = expandAddress('module.n["{node}"]', { node: 'a"].t.r["b' });
    expect(expanded).toEqual({ ok: true, address: String.raw`module.n["a\"].t.r[\"b"]` });
  });
});
