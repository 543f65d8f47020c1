import type { Reason } from '../reasons/reason.js';
import { count, listed } from '../text/phrases.js';
import { covers } from './address.js';

/** An attribute of a machine that changes when it is replaced, and may, since a person approved the plan. */
export interface AcceptedChange {
  readonly address: string;
  /** `memory[0].dedicated` */
  readonly path: string;
  readonly from: string;
  readonly to: string;
}

/** What Terraform would change of machines besides the version, by node. */
export type OtherChanges = Readonly<Record<string, readonly AcceptedChange[]>>;

/** The refusals of a plan that a person may approve: attributes whose old and new value are shown in full. */
export function changesToAccept(
  refusals: readonly Reason[],
  nodes: readonly { readonly node: string; readonly address: string }[],
): OtherChanges {
  const changes = refusals.flatMap((reason): AcceptedChange[] => {
    if (reason.kind !== 'terraform-attribute' || !reason.whole) return [];
    const { address, path, from, to } = reason;
    return [{ address, path, from, to }];
  });
  return Object.fromEntries(
    nodes.flatMap(({ node, address }) => {
      const own = changes.filter((change) => covers(address, change.address));
      return own.length === 0 ? [] : [[node, own]];
    }),
  );
}

/**
 * Whether an approved plan contains this change: the same attribute, from the same value to the same. A value that is not shown in full
 * never matches: another value may have the same text.
 */
export function isAccepted(reason: Reason, accepted: readonly AcceptedChange[]): boolean {
  return (
    reason.kind === 'terraform-attribute' &&
    reason.whole === true &&
    accepted.some(
      ({ address, path, from, to }) =>
        address === reason.address && path === reason.path && from === reason.from && to === reason.to,
    )
  );
}

/** Every change once, with its nodes: an approver sees each value in full. */
export function changesText(changes: OtherChanges): string {
  const nodes = new Map<string, string[]>();
  for (const [node, own] of Object.entries(changes))
    for (const { path, from, to } of own) {
      const text = `${path} from ${from} to ${to}`;
      nodes.set(text, [...(nodes.get(text) ?? []), node]);
    }
  const all = [...nodes].map(([text, names]) => `${text} of ${listed([...new Set(names)], names.length)}`);
  return `${count(all.length, 'attribute')} beside the version: ${all.join('; ')}`;
}
