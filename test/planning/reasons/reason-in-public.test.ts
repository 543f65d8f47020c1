import { expect, it } from '@jest/globals';
import { reasonInPublic } from '../../../src/planning/reasons/reason-in-public.js';

const unreadable = (why: string) =>
  ({
    kind: 'credential-unreadable',
    which: 'kubeconfig',
    reference: 'file secrets/kubeconfig',
    why,
  }) as const;
const missing = "ENOENT: no such file or directory, open '/srv/slipway/lan/secrets/kubeconfig'";

it.each(['/srv/slipway/lan', '/srv/slipway/lan/'])(
  'a comment does not say where a worker has its files: %s',
  (folder) => {
    expect(reasonInPublic(unreadable(missing), [{ folder }])).toEqual(
      unreadable("ENOENT: no such file or directory, open 'secrets/kubeconfig'"),
    );
  },
);

it('names a place as it is called, wherever in the reason it stands', () => {
  const places = [{ folder: '/run/mirrors/abc.git', called: 'acme/home-ops' }, { folder: '/run' }];
  expect(
    reasonInPublic(
      {
        kind: 'terraform-plan-failed',
        tool: 'terraform',
        messages: ['cannot read /run/mirrors/abc.git', 'nor /run/step-1/variables.tfvars'],
        count: 2,
      },
      places,
    ),
  ).toEqual({
    kind: 'terraform-plan-failed',
    tool: 'terraform',
    messages: ['cannot read acme/home-ops', 'nor step-1/variables.tfvars'],
    count: 2,
  });
});

it('other reasons stay as they are', () => {
  const reason = { kind: 'unexpected', message: 'it broke' } as const;
  expect(reasonInPublic(reason, [{ folder: '/srv' }])).toEqual(reason);
});

it('does not say where a program was looked for', () => {
  const nowhere = {
    kind: 'tool-missing',
    tool: 'terraform',
    version: '1.11.4',
    why: 'cache: not in /opt/bin',
  } as const;
  expect(reasonInPublic(nowhere, [])).toEqual({ ...nowhere, why: 'the worker has none that fits' });
});
