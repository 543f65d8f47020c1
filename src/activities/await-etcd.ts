import { Context } from '@temporalio/activity';
import { describe, describeStep } from '../planning/reasons/describe.js';
import { etcdHealthy } from '../planning/etcd/etcd-quorum-guard.js';
import { etcdRejoined } from '../planning/etcd/etcd-rejoined.js';
import { span } from '../planning/text/phrases.js';
import type { PlannedNode } from '../planning/plan/plan.js';
import type { Reason } from '../planning/reasons/reason.js';
import { observeCluster } from '../tools/observe-cluster.js';
import { Refusal } from '../tools/refusal.js';
import { inCluster, type ActivitySettings, type RunReference } from './activity-context.js';

export interface AwaitEtcdMember extends RunReference {
  readonly node: PlannedNode;
  readonly limit: number;
}

/** Waits until the node's member votes again, has caught up, and etcd as a whole is well. */
export async function awaitEtcdMember(
  settings: ActivitySettings,
  { node, limit, ...reference }: AwaitEtcdMember,
): Promise<string> {
  return inCluster(settings, reference, describeStep('await-etcd-member', node.name), async (access, wait) =>
    wait.until<string>(
      limit,
      (last) => ({ kind: 'etcd-not-rejoined', node: node.name, why: describe(last), reason: last }),
      async () => {
        const scope = { talosOf: [node.name], avoid: node.name, signal: wait.signal };
        const reason = etcdRejoined(await observeCluster(access, scope), node);
        return reason
          ? { kind: 'waiting', reason }
          : { kind: 'done', value: 'votes and has caught up; every member is healthy' };
      },
    ),
  );
}

export interface AwaitEtcdStable extends RunReference {
  /** Milliseconds without a break. */
  readonly stable: number;
  /** Milliseconds it may take in all. */
  readonly limit: number;
}

/** Waits until etcd has been healthy without a break for a while, before the next control plane node. */
export async function awaitEtcdStable(
  settings: ActivitySettings,
  { stable, limit, ...reference }: AwaitEtcdStable,
): Promise<string> {
  return inCluster(
    settings,
    reference,
    'etcd must stay healthy before the next control plane',
    async (access, wait) => {
      const end = wait.endOf(limit + stable);
      const pause = Math.min(wait.look, Math.max(100, stable / 10));
      const rule = `for ${span(stable)} without a break before the next control plane`;
      // The first of the consecutive observations that found it healthy.
      let since: number | undefined;
      let last: Reason | undefined;
      for (;;) {
        const reason = etcdHealthy(await observeCluster(access, { talosOf: [], signal: wait.signal }));
        if (reason) {
          since = undefined;
          last = reason;
          wait.says(`${describe(reason)}; etcd must be healthy ${rule}, and the count begins again`, end);
        } else {
          since ??= Date.now();
          const restarted = last ? `; the count began again after this: ${describe(last)}` : '';
          if (Date.now() - since >= stable)
            return `etcd was healthy for ${span(stable)} without a break${restarted}`;
          wait.says(`etcd is healthy, and must stay so ${rule}${restarted}`, since + stable);
        }
        if (Date.now() + pause > end) {
          throw new Refusal({
            kind: 'gave-up',
            waitedFor: 'etcd to stay healthy',
            limit: limit + stable,
            reason: last,
          });
        }
        await Context.current().sleep(pause);
      }
    },
  );
}
