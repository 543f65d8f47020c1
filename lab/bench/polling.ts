import type { NodeEvidence } from './node-evidence.js';
import type { Span } from './spans.js';
import { drainSpan, readyAgainAt, requestsTo } from './time-apart.js';

/** The first request of every observation of a booting node. */
const firstOfALook = 'Get Versions.runtime.talos.dev';

/** The step that waits for the rest, once a node has booted. */
const waits = new Set(['awaitReady', 'awaitEtcdMember']);

/** Time between a change and the start of Slipway's next observation. */
export function pollingSpans(evidence: NodeEvidence): Span[] {
  return [...bootUnseen(evidence), ...leaderUnseen(evidence)];
}

/** From the moment the last pod had left until the drain ended: kubectl polls once a second. */
export function kubectlWait(evidence: NodeEvidence): Span[] {
  const step = evidence.history.activities.find(({ type }) => type === 'drainNode');
  const [drained] = drainSpan(evidence);
  return step && drained ? [{ from: drained.to, to: step.endedAt }] : [];
}

/** From the moment the machine was ready to the start of the observation that found it ready. */
function bootUnseen(evidence: NodeEvidence): Span[] {
  const { history, node, logs } = evidence;
  const boot = history.activities.find(({ type }) => type === 'awaitBoot');
  if (!boot) return [];
  const ready = Math.max(readyAgainAt(evidence), boot.startedAt);
  if (ready >= boot.endedAt) {
    // It booted before it was ready: a later step waited for the rest, Ready by requests to Kubernetes alone.
    const wait = history.activities.find(({ type, endedAt }) => waits.has(type) && endedAt > ready);
    return wait ? [{ from: Math.max(ready, wait.startedAt), to: wait.endedAt }] : [];
  }
  const looks = requestsTo(node, logs.requests, history).filter(
    ({ method, at }) => method === firstOfALook && at >= boot.startedAt && at <= boot.endedAt,
  );
  const seen = looks.at(-1);
  return seen ? before(seen.at, ready) : [];
}

/** From the moment leadership was transferred to the start of the next observation of the leader. */
function leaderUnseen({ history, logs }: NodeEvidence): Span[] {
  const step = history.activities.find(({ type }) => type === 'transferLeadership');
  if (!step) return [];
  const during = logs.requests.filter(({ at }) => at >= step.startedAt && at <= step.endedAt);
  const given = during.findLast(({ method }) => method === 'EtcdForfeitLeadership');
  const next = given && during.find(({ method, at }) => method === 'EtcdStatus' && at > given.endedAt);
  return given && next ? before(next.at, given.endedAt) : [];
}

function before(to: number, from: number): Span[] {
  return to > from ? [{ from, to }] : [];
}
