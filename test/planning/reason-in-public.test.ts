import { expect, it } from '@jest/globals';
import { reasonInPublic } from '../../src/planning/reason-in-public.js';

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
    expect(reasonInPublic(unreadable(missing), folder)).toEqual(
      unreadable("ENOENT: no such file or directory, open 'secrets/kubeconfig'"),
    );
  },
);

it('other reasons stay as they are', () => {
  const reason = { kind: 'unexpected', message: 'it broke' } as const;
  expect(reasonInPublic(reason, '/srv')).toBe(reason);
});
