import type { Evidence } from '../evidence.js';
import { violation, type Finding } from '../finding.js';
import { memberTrouble, roundsBefore } from '../moments/etcd-state.js';
import { seconds } from '../moments/last-before.js';
import { cordonOwner, cordonsOf } from '../moments/cordons.js';
import { troublesAt } from '../moments/node-state.js';
import { controlPlanes, disruptions, isControlPlane, touches, type Touch } from '../moments/touches.js';

/** An observation of the cluster may be this old when a node is touched: Slipway cannot know of later changes. Milliseconds. */
const LOOK_AGE_MOST = 5_000;

/**
 * I1: at most one control plane is disrupted by Slipway at a time, and none while another is cordoned, not Ready,
 * rebooting or not a voter, for whatever reason. Judged at each cordon and each request that disrupts; an install that stops nothing is none.
 */
export function oneControlPlaneAtATime(evidence: Evidence): Finding[] {
  const findings: Finding[] = [];
  for (const touch of touches(evidence)) {
    if (!touch.disrupts || !isControlPlane(evidence, touch.node)) continue;
    for (const other of controlPlanes(evidence)) {
      if (other === touch.node) continue;
      const why = whyNot(evidence, touch, other);
      if (why !== undefined) {
        findings.push(violation('I1', touch.at, touch.node, `${touch.name} of ${touch.node} while ${why}`));
      }
    }
  }
  return findings;
}

function whyNot(evidence: Evidence, touch: Touch, other: string): string | undefined {
  return (
    ownDisruption(evidence, touch, other) ??
    foreignDisruption(evidence, touch, other) ??
    noVoter(evidence, touch, other)
  );
}

/** Slipway knows its own actions at once. */
function ownDisruption(evidence: Evidence, touch: Touch, other: string): string | undefined {
  if (cordonOwner(cordonsOf(evidence, other), touch.at) === 'slipway')
    return `${other} was cordoned by Slipway too`;
  const open = disruptions(evidence).find(
    ({ node, from, to }) => node === other && from <= touch.at && (to === undefined || to > touch.at),
  );
  return open && `${other} was not back from its own ${open.name}`;
}

function foreignDisruption(evidence: Evidence, touch: Touch, other: string): string | undefined {
  const trouble = troublesAt(evidence, other, touch.at).find(({ since }) => touch.at - since > LOOK_AGE_MOST);
  return trouble && `${other} was ${trouble.what}, for ${seconds(touch.at - trouble.since)} by then`;
}

/** Only a state that every round of the last seconds shows: a member may have failed between an observation and the request. */
function noVoter(evidence: Evidence, touch: Touch, other: string): string | undefined {
  const troubles = roundsBefore(evidence, touch.at, LOOK_AGE_MOST).map((round) =>
    memberTrouble(round, other),
  );
  return troubles.every((trouble) => trouble !== undefined) ? troubles.at(-1) : undefined;
}
