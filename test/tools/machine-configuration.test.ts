import { describe, expect, test } from '@jest/globals';
import { isAsBefore, whyNotIts } from '../../src/tools/machine-configuration.js';

const worker = { name: 'work-1', role: 'worker' } as const;
const text = (type: string, more = ''): string => `version: v1alpha1\nmachine:\n  type: ${type}\n${more}`;

describe('the node of a machine configuration', () => {
  test.each([
    ['its own', text('worker', '  network:\n    hostname: work-1\n')],
    ['one without a name', text('worker')],
    [
      'one that names it in a document of its own',
      `${text('worker')}---\nkind: HostnameConfig\nhostname: work-1\n`,
    ],
    ['one that leaves the name to Talos', `${text('worker')}---\nkind: HostnameConfig\nauto: stable\n`],
  ])('%s will do', (_name, configuration) => expect(whyNotIts(configuration, worker)).toBeUndefined());

  test('of a control plane, both types of Talos', () => {
    const node = { name: 'ctrl-1', role: 'control-plane' } as const;
    expect(whyNotIts(text('controlplane'), node)).toBeUndefined();
    expect(whyNotIts(text('init'), node)).toBeUndefined();
    expect(whyNotIts(text('worker'), node)).toBe(
      'its machine.type is worker, and ctrl-1 is a control-plane node',
    );
  });

  test.each([
    ['another node', text('worker', '  network:\n    hostname: work-2\n'), 'it is that of work-2'],
    [
      'another node, in a document',
      `${text('worker')}---\nkind: HostnameConfig\nhostname: work-2\n`,
      'it is that of work-2',
    ],
    ['no configuration', 'kind: List\n', 'it has no machine section'],
    ['no YAML', 'a: [\n', 'it is no YAML'],
  ])('of %s will not', (_name, configuration, why) => expect(whyNotIts(configuration, worker)).toBe(why));

  test('never repeats a value of it', () => {
    const secret = text('worker', '  token: s3cr3t.token\n  network:\n    hostname: work-2\n');
    expect(whyNotIts(secret, worker)).not.toContain('s3cr3t');
  });
});

describe('whether patches are in a machine configuration already', () => {
  const own = text('worker', '  files:\n    - { path: /var/a, content: one }\n');
  const twice = text(
    'worker',
    '  files:\n    - { path: /var/a, content: one }\n'.concat('    - { content: one, path: /var/a }\n'),
  );
  const host = 'apiVersion: v1alpha1\nkind: HostnameConfig\nhostname: w\n';

  test.each([
    ['the same text', own, true],
    ['the same in other words', own.replace('machine:', '# a comment\nmachine:'), true],
    ['an item that Talos appended again', twice, true],
    ['another item', own.replace('content: one', 'content: two'), false],
    [
      'one more setting',
      text('worker', '  files:\n    - { path: /var/a, content: one }\n  time: {}\n'),
      false,
    ],
    ['one more document', `${own}---\n${host}`, false],
  ])('%s', (_name, patched, expected) => expect(isAsBefore(own, patched)).toBe(expected));
});
