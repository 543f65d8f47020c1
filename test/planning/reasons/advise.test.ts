import { describe, expect, test } from '@jest/globals';
import { advise } from '../../../src/planning/reasons/advise.js';
import type { Reason } from '../../../src/planning/reasons/reason.js';
import { everyReason } from './every-reason.js';

const address = (node: string): string => `address-of-${node}`;
const context = { cluster: 'prox-ops', run: 42, address };

/** What a person can type today. */
const exists = [
  /^slipway (plan|upgrade)( --talos v[0-9XYZ.]+( --only [a-z]+-\d)?| --only [a-z]+-\d| --only NODE…| --commands| --strategy (in-place|replace)| --strategy replace --only NODE…)?$/,
  /^slipway (status|watch) prox-ops$/,
  /^slipway abort prox-ops\/42 --why "…"$/,
  /^slipway (retry|rollback) [a-z]+-\d prox-ops\/42 --why "…"$/,
  /^slipway unfreeze prox-ops --why "…"$/,
  /^slipway release prox-ops --why "…"$/,
  /^slipway report prox-ops\/42$/,
  /^slipway (inventory check|tools)$/,
  /^talosctl -n address-of-[a-z]+-\d -e address-of-[a-z]+-\d (dmesg|rollback|reboot --drain|version|service( kubelet| etcd)?|logs etcd|image pull .*)$/,
  /^talosctl -n address-of-[a-z]+-\d -e address-of-[a-z]+-\d get (extensions|machinestatus|nodename|systeminformation)( --insecure)?$/,
  /^talosctl -n address-of-[a-z]+-\d -e address-of-[a-z]+-\d get (links -o yaml|machineconfig -o yaml|pcidevices)$/,
  /^talosctl -n address-of-[a-z]+-\d -e address-of-[a-z]+-\d (get version --insecure|apply-config --insecure( --dry-run)? --file FILE)$/,
  /^talosctl -n address-of-[a-z]+-\d -e address-of-[a-z]+-\d etcd (members|status|alarm list|forfeit-leadership)$/,
  /^talosctl config new --roles os:reader,os:etcd:backup FILE$/,
  /^kubectl (get|describe|uncordon|scale) .+$/,
  /^kubectl run slipway-[a-z0-9-]+ --namespace=[a-z-]+ --image=\S+ --restart=Never --attach --rm .*--overrides='\{.*\}'$/,
  /^kubectl auth can-i create pods -n [a-z-]+ --as=slipway$/,
  /^terraform (version|state (list|pull)|state (list|show) '[^']+'|plan( -refresh-only| -replace='[^']+')?)$/,
  /^terraform (import (ADDRESS|'[^']+') ID|untaint '[^']+')$/,
  /^terraform (init( -migrate-state)?|force-unlock '[^']+'|state push errored\.tfstate)$/,
  /^age --decrypt --identity FILE --output errored\.tfstate '[^']+'$/,
  /^curl -fsS https:\/\/factory\.talos\.dev\/versions$/,
  /^curl -fsS -X POST --data-binary @schematic\.yaml https:\/\/factory\.talos\.dev\/schematics$/,
];

describe('the advice for a reason', () => {
  test.each(Object.values(everyReason).map((reason) => [reason.kind, reason] as const))(
    '%s is something to type that exists, each with what it is for',
    (_kind, reason) => {
      const lines = advise(reason, context);
      expect(lines.length).toBeGreaterThan(0);
      expect(new Set(lines).size).toBe(lines.length);
      for (const line of lines) {
        const [command = '', remark = ''] = line.split('  # ');
        expect(exists.filter((form) => form.test(command)).length === 0 ? command : '').toBe('');
        expect(remark.length).toBeGreaterThan(3);
        expect(line).not.toMatch(/undefined|\n/);
      }
    },
  );

  test.each(Object.values(everyReason).map((reason) => [reason.kind, reason] as const))(
    '%s says nothing of a hold where nothing was touched, and still something',
    (kind, reason) => {
      const lines = advise(reason, { ...context, held: false });
      expect(lines.length).toBeGreaterThan(0);
      expect(lines.some((line) => line.startsWith('slipway release'))).toBe(kind === 'held');
    },
  );

  test.each([
    'back-on-old-version',
    'drain-blocked',
    'install-unanswered',
    'install-failed',
    'reboot-unanswered',
    'node-never-returned',
    'fleet-halted',
    'pause-expired',
    'aborted',
    'rollback-unanswered',
    'rollback-not-booted',
    'terminated',
  ] as const)('%s ends a run, so it says how to release the cluster', (kind) =>
    expect(
      advise(everyReason[kind], context).some((line) => line.startsWith('slipway release prox-ops')),
    ).toBe(true),
  );

  test.each(Object.values(everyReason).map((reason) => [reason.kind, reason] as const))(
    'of a rollback that failed by %s never goes forward again',
    (_kind, reason) => {
      const failed = { ...everyReason['rollback-failed'], reason };
      for (const told of [failed, { ...everyReason.undecided, reason: failed }])
        for (const line of advise(told, context)) {
          expect(line).not.toMatch(/^slipway upgrade|^talosctl .* rollback /);
          expect(line).not.toContain('new version');
        }
    },
  );

  test('of Talos’ own rollback says that a second one goes forward again', () => {
    const byHand = Object.values(everyReason)
      .flatMap((reason) => advise(reason, context))
      .filter((line) => line.includes(' rollback  # '));
    expect(byHand.length).toBeGreaterThan(2);
    for (const line of byHand) expect(line).toMatch(/ONCE; a second one goes forward again$/);
  });

  test('of a rollback without a response retries what rolled back', () => {
    const reason: Reason = everyReason['rollback-unanswered'];
    expect(advise(reason, context).join('\n')).toContain('slipway rollback work-1 prox-ops/42 --why');
    const whole = advise({ ...reason, whole: true }, context).join('\n');
    expect(whole).toContain('slipway retry work-1 prox-ops/42 --why');
    expect(whole).not.toContain('slipway rollback');
  });

  test('for a budget that cannot be met says how many replicas would do', () => {
    const lines = advise(everyReason['budget-impossible'], context);
    expect(lines).toContain(
      'kubectl scale -n postgres statefulset/db --replicas=2  # one more than must stay, then it can be drained',
    );
    expect(lines).toContain('kubectl get pdb -n postgres db  # the budget');
  });

  test('for a budget that an undone eviction blocks is to check it: another replica would not help', () => {
    const undone = {
      pod: 'postgres/db-1',
      grantedAt: '2026-11-21T14:32:05Z',
      forgottenAt: '2026-11-21T14:34:05Z',
    };
    const lines = advise({ ...everyReason['drain-blocked'], undone }, context).join('\n');
    expect(lines).toContain('kubectl get pdb -n postgres db -o yaml  # its status.disruptedPods');
    expect(lines).not.toContain('kubectl scale');
  });

  test('never says to scale what cannot be scaled', () => {
    const reason: Reason = { ...everyReason['budget-impossible'], owner: 'Job/backup' };
    expect(advise(reason, context).join()).not.toContain('scale');
  });

  test('of extensions that would go says what to write, and of an armed node what to boot first', () => {
    expect(advise(everyReason['extensions-would-go'], context).join('\n')).toContain(
      'upgrade.mayLoseExtensions: [iscsi-tools, util-linux-tools]',
    );
    expect(advise(everyReason['armed-with-other'], context)[0]).toMatch(
      /^slipway upgrade --talos v1\.13\.5 /,
    );
  });

  test('of a node that is armed never says to install again', () => {
    for (const kind of ['install-failed', 'reboot-unanswered'] as const) {
      const upgrades = advise(everyReason[kind], context).filter((line) =>
        line.startsWith('slipway upgrade'),
      );
      expect(upgrades).toHaveLength(1);
      expect(upgrades[0]).toMatch(/does not install on top|nothing is installed again/);
    }
  });

  test('of an unknown schematic asks the factory of this cluster', () => {
    const reason: Reason = { ...everyReason['schematic-unknown'], factory: 'factory.example.org' };
    expect(advise(reason, context).join('\n')).toContain('https://factory.example.org/schematics');
  });

  test('of a reason inside a reason is that of the inner one, too', () => {
    expect(advise(everyReason['gave-up'], context)).toContain('kubectl get nodes  # which are there');
  });

  test.each(Object.values(everyReason))(
    '$kind has no placeholder that a shell would take for a redirection',
    (reason) => {
      for (const line of advise(reason, { cluster: 'prox-ops' })) expect(line).not.toMatch(/<|>/);
    },
  );

  test('says where an address stands that it does not know, and takes a plain address as well', () => {
    const reason = everyReason['back-on-old-version'];
    expect(advise(reason, { cluster: 'prox-ops' })[0]).toContain(
      'talosctl -n ADDRESS -e ADDRESS dmesg  # ADDRESS: that of work-1 in slipway.yaml; ',
    );
    expect(advise(reason, { cluster: 'prox-ops', address: '10.0.0.4' })[0]).toContain(
      'talosctl -n 10.0.0.4 -e 10.0.0.4 dmesg',
    );
  });

  test('is there for a reason a newer version made, too', () => {
    expect(advise({ kind: 'from-the-future' } as unknown as Reason, context)).toHaveLength(1);
  });
});
