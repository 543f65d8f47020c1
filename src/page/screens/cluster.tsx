import type { VNode } from 'preact';
import { queueId } from '../../workflows/messages.js';
import { count } from '../../planning/text/phrases.js';
import { mergeWords } from '../../runs/view/queue-view.js';
import { durationText } from '../../runs/view/time-text.js';
import { progressText } from '../../runs/view/run-words.js';
import type { RunLine } from '../../runs/temporal/list-runs.js';
import type { ObservedWorkers } from '../../runs/view/run-view.js';
import { clusterStanding, type ObservedCluster } from '../cluster-standing.js';
import { outcomeOfLine, toneOfLine } from './overview.js';
import { Moment, Sign, Since, StandingPanel, WebUiLink } from './parts.js';
import { ProgressBar } from './run-picture.js';
import { titled, type Frame, type Screen } from './screen.js';
import { WorkersNote } from './workers-note.js';

/** One cluster: its status, and its last runs. */
export function clusterScreen(observed: ObservedCluster, workers: ObservedWorkers, frame: Frame): Screen {
  const { at, clock } = frame;
  const { queue, run } = observed;
  const { cluster, open, runs } = queue;
  const standing = clusterStanding(observed, clock);
  const merge = mergeWords(run?.input?.request.origin ?? {});
  return {
    title: titled(cluster, standing),
    tone: standing.tone,
    announce: `${cluster}: ${standing.title}`,
    live: true,
    crumbs: [
      { text: 'Clusters', href: at.home() },
      { text: cluster, href: at.cluster(cluster) },
    ],
    body: (
      <>
        <h1>{cluster}</h1>
        {open ? (
          <p class="lead">
            <a href={at.run(cluster, open.run)}>Run {open.run}</a> to Talos {open.target}, for{' '}
            <Since iso={open.since} frame={frame} />
            {merge === '' ? null : <span class="muted"> begun by {merge}</span>}
          </p>
        ) : null}
        {run ? null : <WorkersNote workers={workers} frame={frame} />}
        <StandingPanel
          standing={{ ...standing, points: [...standing.points, ...standing.beside] }}
          frame={frame}
        >
          {run ? (
            <>
              <ProgressBar view={run} />
              <p class="muted">{progressText(run, clock.now)}</p>
            </>
          ) : null}
        </StandingPanel>
        <PastRuns cluster={cluster} runs={runs} frame={frame} />
        <p>
          <WebUiLink at={at} workflowId={queueId(cluster)}>
            Its queue in Temporal
          </WebUiLink>
        </p>
      </>
    ),
  };
}

function PastRuns({
  cluster,
  runs,
  frame,
}: {
  readonly cluster: string;
  readonly runs: readonly RunLine[];
  readonly frame: Frame;
}): VNode {
  const { at } = frame;
  return (
    <section aria-labelledby="runs">
      <h2 id="runs">Runs</h2>
      {runs.length === 0 ? <p>No run of it is on record.</p> : null}
      <ol class="runs" reversed aria-label={`The last ${count(runs.length, 'run')}, the newest first`}>
        {runs.map(({ run, outcome, target, startedAt, endedAt, waitingFor }) => (
          <li key={run}>
            <Sign tone={toneOfLine(outcome)} />
            <a class="name" href={at.run(cluster, run)}>
              Run {run}
            </a>
            <span class="target">{target ?? ''}</span>
            <span class="outcome">
              {outcomeOfLine(outcome)}
              {waitingFor === undefined ? '' : `, waits for ${waitingFor}`}
            </span>
            <span class="muted">
              <Moment iso={startedAt} frame={frame} />
              {endedAt === undefined ? '' : `, ${durationText(Date.parse(endedAt) - Date.parse(startedAt))}`}
            </span>
            <a href={at.report(cluster, run)}>
              Report<span class="unseen"> of run {run}</span>
            </a>
          </li>
        ))}
      </ol>
    </section>
  );
}
