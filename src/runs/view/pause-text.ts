import { listed, span } from '../../planning/text/phrases.js';
import { sentence } from '../../planning/text/sentence.js';
import { nextBatch, nodesAhead, runningNodes } from './run-nodes.js';
import type { PauseView, RunView } from './run-view.js';
import { clockText } from './time-text.js';
import type { Clock } from './work-text.js';

/** Work for a batch before its start. At this point a pause no longer stops the batch. */
const preparing = new Set(['etcd', 'snapshot']);

/** The state of a pause: who requested it and why, what is finished first, and what ends it. */
export function pauseText(view: RunView, pause: PauseView, clock: Clock): string {
  const { waiting } = pause;
  const when = clockText(waiting?.since ?? pause.at, clock.now, clock.timeZone);
  const who = sentence(`${waiting ? 'Paused since' : 'Pause asked for at'} ${when} by ${whoAndWhy(pause)}`);
  return `${who} ${waiting ? inEffect(view, waiting.until, clock) : beforeIt(view, pause)}`;
}

/** The command that ends it, ready to paste. */
export function resumeLine(view: Pick<RunView, 'cluster' | 'run' | 'nodes'>): string {
  const next = nextBatch(view).map((node) => node.name);
  const goesOn = next.length > 0 ? `continues with ${listed(next)}` : 'goes on';
  return `slipway resume ${view.cluster}/${view.run} --why "…"  # ${goesOn}`;
}

export function whoAndWhy(said: {
  readonly by: string;
  readonly why: string;
  readonly from?: string;
}): string {
  const { by, why, from } = said;
  const who = from === undefined ? by : `${by} (${from})`;
  return why === '' ? who : `${who}: ${why}`;
}

/** What happens at the end of a pause's time limit. A run that has started no node has no reason to hold the cluster. */
export function expiry({ nodes }: Pick<RunView, 'nodes'>): string {
  const begun = nodes.some((node) => node.attempt > 0);
  return begun ? 'it ends and the cluster is held' : 'it ends with no node touched';
}

function inEffect(view: RunView, until: string, { now, timeZone }: Clock): string {
  const end = clockText(until, now, timeZone);
  if (Date.parse(until) <= now)
    return `Its time was over at ${end}: as soon as a worker is there, ${expiry(view)}.`;
  return `No node is under way. It goes on once somebody resumes it; if nobody does until ${end}, ${expiry(view)}.`;
}

function beforeIt(view: RunView, { limit }: PauseView): string {
  const names = runningNodes(view).map((node) => node.name);
  const atMost = limit === undefined ? '' : `, ${span(limit)} at most`;
  const then = `then the run waits for slipway resume${atMost}.`;
  if (names.length > 0) {
    if (nodesAhead(view).length === 0)
      return `${finished(names)} first, and no node is left after that: the run ends.`;
    return `${finished(names)} first; ${then}`;
  }
  const next = nextBatch(view).map((node) => node.name);
  const prepares = view.work.some((work) => work.endedAt === undefined && preparing.has(work.name));
  if (prepares && next.length > 0) return `${listed(next)}, next in line, may still be done first; ${then}`;
  return `No further node is begun; ${then}`;
}

function finished(names: readonly string[]): string {
  return `${listed(names)} ${names.length === 1 ? 'is' : 'are'} finished`;
}
