import type { VNode } from 'preact';
import { approvalsText, shortHash } from '../../planning/plan/approval-text.js';
import { describe, describeLeft } from '../../planning/reasons/describe.js';
import { count, listed } from '../../planning/text/phrases.js';
import { sentence } from '../../planning/text/sentence.js';
import { mergeWords } from '../../runs/view/queue-view.js';
import { roughText } from '../../runs/view/time-text.js';
import { progressText, strategyText, versionsText } from '../../runs/view/run-words.js';
import type { UpgradePlan } from '../../planning/plan/plan.js';
import type { RunView } from '../../runs/view/run-view.js';
import { runEvents } from '../run-events.js';
import { runStanding } from '../run-standing.js';
import { Moment, Sign, StandingPanel, WebUiLink } from './parts.js';
import { ProgressBar, RunPicture } from './run-picture.js';
import { titled, type Frame, type Screen } from './screen.js';

/** How many events are shown; the report has all. */
const eventsMax = 60;

/** One run: its status with commands, its nodes and steps, its inputs, its events. */
export function runScreen(view: RunView, frame: Frame): Screen {
  const { cluster, run } = view;
  const { at, clock } = frame;
  const standing = runStanding(view, clock);
  const name = `${cluster} run ${run}`;
  return {
    title: titled(name, standing),
    tone: standing.tone,
    announce: `${name}: ${standing.title}. ${progressOf(view)}`,
    live: view.outcome === undefined,
    crumbs: [
      { text: 'Clusters', href: at.home() },
      { text: cluster, href: at.cluster(cluster) },
      { text: `Run ${run}`, href: at.run(cluster, run) },
    ],
    body: (
      <>
        <h1>
          {cluster} <span class="light">run {run}</span>
        </h1>
        <p class="lead">
          {versionsText(view)} <span class="muted">{strategyText(view)}</span>
        </p>
        {view.declared ? null : (
          <p class="warning">
            <Sign tone="asks" /> git does not declare {view.target}: it was given on the command line.
          </p>
        )}
        <StandingPanel standing={standing} frame={frame}>
          <ProgressBar view={view} />
          <p class="muted">{progressText(view, clock.now)}</p>
          {view.outcome ? (
            <p class="next">
              <a href={at.report(cluster, run)}>Read the report</a>
            </p>
          ) : null}
        </StandingPanel>
        <RunPicture view={view} frame={frame} />
        <Facts view={view} frame={frame} />
        <Events view={view} frame={frame} />
      </>
    ),
  };
}

/** Without times, so that a screen reader does not repeat it every minute. */
function progressOf({ nodes }: RunView): string {
  const touched = nodes.filter(({ plan }) => !plan.skip);
  const done = touched.filter(({ state }) => state === 'done').length;
  return touched.length === 0 ? '' : `${done} of ${count(touched.length, 'node')} done.`;
}

function Facts({ view, frame }: { readonly view: RunView; readonly frame: Frame }): VNode {
  const { plan, endedAt, snapshots, result, cluster, run } = view;
  const { at } = frame;
  const snapshot = snapshots.at(-1);
  return (
    <section class="facts" aria-labelledby="facts">
      <h2 id="facts">What it rests on</h2>
      <dl>
        <AskedFacts view={view} frame={frame} />
        {endedAt === undefined ? null : (
          <>
            <dt>Ended</dt>
            <dd>
              <Moment iso={endedAt} frame={frame} />
            </dd>
          </>
        )}
        {plan ? <PlanFacts plan={plan} /> : null}
        {snapshot ? (
          <>
            <dt>Snapshot</dt>
            <dd>
              <Moment iso={snapshot.takenAt} frame={frame} /> from {snapshot.from}
              {snapshot.proven ? ', proven to restore' : ''}
            </dd>
          </>
        ) : null}
        {result?.terraform ? (
          <>
            <dt>Terraform</dt>
            <dd>{sentence(describeLeft(result.terraform))}</dd>
          </>
        ) : null}
        <dt>Report</dt>
        <dd class="links">
          <a href={at.report(cluster, run)}>Read it</a> <a href={at.report(cluster, run, 'md')}>Markdown</a>{' '}
          <a href={at.report(cluster, run, 'json')}>JSON</a>{' '}
          <WebUiLink at={at} workflowId={view.workflowId}>
            Temporal’s history
          </WebUiLink>
        </dd>
      </dl>
      <Remarks
        title="would stop the run as things stand"
        lines={(plan?.blocked ?? []).map(({ node, reason }) => sentence(`${node}: ${describe(reason)}`))}
      />
      <Remarks title="to know" lines={plan?.notes ?? []} />
    </section>
  );
}

/** Who requested the run, and for what. */
function AskedFacts({ view, frame }: { readonly view: RunView; readonly frame: Frame }): VNode {
  const { requestedBy, startedAt, input } = view;
  const { commit, origin } = input?.request ?? {};
  const only = input?.only ?? [];
  return (
    <>
      <dt>Asked for by</dt>
      <dd>
        {requestedBy}, <Moment iso={startedAt} frame={frame} />
      </dd>
      {origin === undefined ? null : (
        <>
          <dt>Begun by what was merged</dt>
          <dd>{mergeWords(origin)}</dd>
        </>
      )}
      {commit === undefined ? null : (
        <>
          <dt>Commit</dt>
          <dd>
            <code>{commit.slice(0, 12)}</code>
          </dd>
        </>
      )}
      {only.length === 0 ? null : (
        <>
          <dt>Only</dt>
          <dd>{listed(only, 20)}</dd>
        </>
      )}
    </>
  );
}

function PlanFacts({ plan }: { readonly plan: UpgradePlan }): VNode {
  const { hash, estimate, kubernetes, approvals = [] } = plan;
  return (
    <>
      <dt>Plan</dt>
      <dd>
        <code>{shortHash(hash)}</code>, {roughText(estimate)}
      </dd>
      <dt>Kubernetes</dt>
      <dd>{[...new Set([kubernetes.lowest, kubernetes.highest])].join(' to ')}, stays</dd>
      {approvals.length === 0 ? null : (
        <>
          <dt>Needs approval</dt>
          <dd>{sentence(approvalsText(approvals))}</dd>
        </>
      )}
    </>
  );
}

function Remarks({
  title,
  lines,
}: {
  readonly title: string;
  readonly lines: readonly string[];
}): VNode | null {
  if (lines.length === 0) return null;
  return (
    <details id={title.replaceAll(' ', '-')}>
      <summary>
        {count(lines.length, 'thing')} {title}
      </summary>
      <ul class="plain">
        {lines.map((line) => (
          <li key={line}>{sentence(line)}</li>
        ))}
      </ul>
    </details>
  );
}

function Events({ view, frame }: { readonly view: RunView; readonly frame: Frame }): VNode {
  const events = runEvents(view);
  const { at } = frame;
  return (
    <section class="events" aria-labelledby="events">
      <h2 id="events">What happened</h2>
      <ol reversed>
        {events.slice(0, eventsMax).map((event) => (
          <li key={`${event.at} ${event.text}`}>
            <Moment iso={event.at} frame={frame} />
            <Sign tone={event.tone} />
            <span>{event.text}</span>
          </li>
        ))}
      </ol>
      {events.length > eventsMax ? (
        <p>
          {count(events.length - eventsMax, 'earlier event')} in{' '}
          <a href={at.report(view.cluster, view.run)}>the report</a>.
        </p>
      ) : null}
    </section>
  );
}
