import { describe, expect, test } from '@jest/globals';
import { clockAnswer } from '../../../src/cli/doctor/clock-checks.js';
import { adminRoles, ageAnswer, readerRoles } from '../../../src/cli/doctor/credential-checks.js';
import { markAnswer } from '../../../src/cli/doctor/inventory-checks.js';
import {
  enoughAnswer,
  grantedByRole,
  tooMuch,
  tooMuchAnswer,
} from '../../../src/cli/doctor/permission-checks.js';
import { deniedAnswer, takenAnswer } from '../../../src/cli/doctor/probe-checks.js';
import { newestAnswer, permissionsAnswer, spaceAnswer } from '../../../src/cli/doctor/snapshot-checks.js';
import { fileSystemOf, placeAnswer } from '../../../src/cli/doctor/snapshot-place.js';
import { retentionAnswer } from '../../../src/cli/doctor/temporal-checks.js';
import { minorsBetween } from '../../../src/cli/doctor/tool-checks.js';
import { Probe } from '../../../src/inventory/probes.js';
import { parseInventory } from '../../../src/inventory/load.js';
import { goodText } from '../../inventory/an-inventory.js';

const day = 86_400_000;
const now = Date.parse('2026-11-22T00:00:00Z');
const loaded = parseInventory(`${goodText()}vip: 10.0.0.100\n`, 'slipway.yaml');
if (!loaded.ok) throw new Error('the good inventory is not good');
const { inventory } = loaded;

describe('credentials', () => {
  test.each([
    ['exactly what is needed', ['os:reader', 'os:etcd:backup'], 'ok'],
    ['too much', ['os:admin'], 'warn'],
    ['an operator', ['os:operator'], 'warn'],
    ['no snapshots', ['os:reader'], 'fail'],
    ['nothing', [], 'fail'],
  ])('the reader with %s', (_case, organizations, verdict) => {
    expect(readerRoles({ organizations }).verdict).toBe(verdict);
  });

  test('the admin needs os:admin', () => {
    expect(adminRoles({ organizations: ['os:admin'] }).verdict).toBe('ok');
    expect(adminRoles({ organizations: ['os:operator'] })).toMatchObject({
      verdict: 'fail',
      says: expect.stringContaining('it has os:operator'),
    });
  });

  test.each([
    ['young and long', 10, 300, 'ok'],
    ['90 days old to the day', 90, 300, 'ok'],
    ['older', 91, 300, 'warn'],
    ['ending within 30 days', 10, 29, 'warn'],
    ['ended', 400, -1, 'fail'],
    ['not good yet', -1, 300, 'fail'],
  ])('a certificate that is %s', (_case, age, left, verdict) => {
    const validity = { from: new Date(now - age * day), until: new Date(now + left * day) };
    expect(ageAnswer(validity, now, 'renew it').verdict).toBe(verdict);
  });
});

describe('permissions', () => {
  test('the shipped ClusterRole is parsed, and grants nothing that our table calls excessive', async () => {
    const granted = await grantedByRole();
    expect(granted).toContainEqual({ group: '', resource: 'pods/eviction', verb: 'create' });
    expect(granted).toContainEqual({ group: '', resource: 'nodes', verb: 'patch' });
    for (const { group, resource, verb } of tooMuch)
      expect(granted).not.toContainEqual({ group, resource, verb });
  });

  test('missing permissions fail with the first of them', () => {
    expect(enoughAnswer(20, [])).toMatchObject({ verdict: 'ok' });
    expect(
      enoughAnswer(20, [{ group: 'policy', resource: 'poddisruptionbudgets', verb: 'list' }]),
    ).toMatchObject({
      verdict: 'fail',
      says: 'It may not list poddisruptionbudgets.policy.',
    });
  });

  test('excessive permissions warn; for a cluster-admin nothing else is listed', () => {
    expect(tooMuchAnswer([])).toMatchObject({ verdict: 'ok' });
    expect(tooMuchAnswer(['read Secrets', 'delete pods']).says).toContain('read Secrets and delete pods');
    const words = tooMuch.map((one) => one.words);
    expect(tooMuchAnswer(words).says).toContain('may also do everything (cluster-admin), which');
  });
});

test.each([
  ['a second off', [{ name: 'a', skewMs: 900 }], 'ok', /agrees with a/],
  [
    'the worst of three',
    [
      { name: 'a', skewMs: 0 },
      { name: 'b', skewMs: -8_000 },
      { name: 'c', skewMs: 5 },
    ],
    'warn',
    /8s behind b/,
  ],
  ['hours off', [{ name: 'a', skewMs: 7_200_000 }], 'fail', /2h ahead of a/],
])('a clock that is %s', (_case, seen, verdict, says) => {
  const answer = clockAnswer(seen);
  expect(answer.verdict).toBe(verdict);
  expect(answer.says).toMatch(says);
});

test('retention is 90 days or more', () => {
  expect(retentionAnswer(90, 'slipway').verdict).toBe('ok');
  expect(retentionAnswer(1, 'slipway')).toMatchObject({
    verdict: 'warn',
    says: expect.stringContaining('1 day,'),
  });
});

test.each([
  [[], '1.12', ['1.12']],
  [['1.12'], '1.12', ['1.12']],
  [['1.11'], '1.13', ['1.11', '1.12', '1.13']],
  [['1.9', '1.10'], '1.11', ['1.9', '1.10', '1.11']],
  [['1.13'], '1.12', ['1.12', '1.13']],
])('nodes on %s that go to %s need talosctl %s', (running, declared, expected) => {
  expect(minorsBetween(running, declared)).toEqual(expected);
});

describe('annotations of runs', () => {
  const marked = {
    node: 'w',
    marks: { 'slipway.dev/run': 'run/atlas/7/1/w/1', 'slipway.dev/armed': 'v1.13.1 abc' },
  };
  test.each([
    ['of the open run', 7, 'ok'],
    ['of another run', 8, 'warn'],
    ['of run 7 while 77 is open', 77, 'warn'],
    ['while no run is open', 'none', 'warn'],
    ['while Temporal is unreachable', 'unknown', 'warn'],
  ] as const)('%s', (_case, open, verdict) => {
    const answer = markAnswer(marked, open, 'atlas');
    expect(answer).toMatchObject({ what: 'w', verdict });
    expect(answer.says).toMatch(/run[ /]/);
  });

  test('without a run are named by their keys', () => {
    const armed = { node: 'w', marks: { 'slipway.dev/armed': 'v1.13.1 abc' } };
    expect(markAnswer(armed, 'none', 'atlas').says).toContain('slipway.dev/armed');
  });
});

describe('the folder of snapshots', () => {
  test.each([
    [0o700, 'ok'],
    [0o750, 'warn'],
    [0o755, 'warn'],
    [0o770, 'fail'],
    [0o777, 'fail'],
  ])('with the permissions %i', (mode, verdict) => {
    expect(permissionsAnswer('/srv', mode).verdict).toBe(verdict);
  });

  const gibibyte = 1024 ** 3;
  test.each([
    ['plenty', 100 * gibibyte, gibibyte, 'ok'],
    ['room for two more', 2 * gibibyte, gibibyte, 'warn'],
    ['little, and nothing to compare with', gibibyte / 2, 0, 'warn'],
    ['no room for one', gibibyte, 2 * gibibyte, 'fail'],
  ])('with %s free', (_case, free, largest, verdict) => {
    expect(spaceAnswer(free, largest).verdict).toBe(verdict);
  });

  test('with an unencrypted snapshot fails; with an incomplete one warns', () => {
    const kept = {
      file: 'a.etcd.age',
      takenAt: '2026-11-21T23:00:00Z',
      bytes: 10,
      run: 1,
      encrypted: true,
      mode: 0o600,
    };
    const folder = { snapshots: [kept], unfinished: [], others: 0 };
    expect(newestAnswer(folder, now)).toEqual({
      verdict: 'ok',
      says: 'a.etcd.age is 1h old and has 10 bytes.',
    });
    expect(newestAnswer({ ...folder, unfinished: ['b.part'] }, now).verdict).toBe('warn');
    const older = { ...kept, file: 'old.etcd', encrypted: false };
    expect(newestAnswer({ ...folder, snapshots: [kept, older] }, now)).toMatchObject({
      verdict: 'fail',
      says: expect.stringContaining('old.etcd'),
    });
  });

  const mountinfo = [
    '22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw',
    '30 22 0:30 / /tmp rw - tmpfs tmpfs rw',
    '31 22 0:40 / /srv/nas\\040one rw - nfs4 10.0.0.3:/export rw',
    '32 22 0:41 / /srv/vip rw - nfs4 10.0.0.100:/export rw',
    '33 22 0:42 / /srv/nas rw - nfs4 10.0.0.30:/export rw',
    '34 22 0:43 / /srv/ceph rw - ceph 10.0.0.50,10.0.0.51:/ rw',
  ].join('\n');
  test.each([
    ['/var/snapshots', 'ok', /\/dev\/vda \(ext4\)/],
    ['/tmp/snapshots', 'fail', /in memory/],
    ['/srv/nas one/snapshots', 'fail', /served by c,/],
    ['/srv/vip', 'fail', /the VIP 10\.0\.0\.100/],
    ['/srv/nas', 'ok', /10\.0\.0\.30:\/export/],
    ['/srv/nasty', 'ok', /\/dev\/vda/],
    ['/srv/ceph/x', 'warn', /may be storage inside/],
  ])('at %s', (at, verdict, says) => {
    const answer = placeAnswer(fileSystemOf(at, mountinfo), inventory, false);
    expect(answer.verdict).toBe(verdict);
    expect(answer.says).toMatch(says);
  });

  test('of a process in a pod never passes without a remark', () => {
    expect(placeAnswer(fileSystemOf('/var/snapshots', mountinfo), inventory, true).verdict).toBe('warn');
  });
});

describe('smoke tests', () => {
  const probe = Probe.parse({ name: 'gpu', image: 'cuda:12' });
  const elsewhere = Probe.parse({ name: 'vlan', image: 'busybox', namespace: 'probes-host' });

  test('that may not be started say what to apply, in their namespace', () => {
    expect(deniedAnswer(probe, ['create', 'delete'])).toMatchObject({
      verdict: 'fail',
      says: 'It may not create and delete pods in the namespace slipway-probes.',
      type: [expect.stringMatching(/^kubectl apply -f deploy\/kubernetes\/probes\/namespace\.yaml {2}# /)],
    });
    expect(deniedAnswer(elsewhere, ['create']).type?.[0]).toMatch(
      /^sed 's\/slipway-probes\/probes-host\/g' deploy\/kubernetes\/probes\/namespace\.yaml \| kubectl apply -f - {2}# /,
    );
  });

  test('pass if Kubernetes would accept their Pod, and otherwise show its error', () => {
    expect(takenAnswer(probe, ['a', 'b'], undefined)).toEqual({
      verdict: 'ok',
      says: 'Kubernetes would take its Pod in slipway-probes; it is for a and b.',
    });
    expect(takenAnswer(probe, ['a'], 'violates PodSecurity "baseline"')).toMatchObject({
      verdict: 'fail',
      says: 'Kubernetes would not take its Pod in slipway-probes: violates PodSecurity "baseline".',
    });
  });
});
