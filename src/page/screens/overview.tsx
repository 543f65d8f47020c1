import type { VNode } from 'preact';
import { count } from '../../planning/text/phrases.js';
import { progressText, versionsText, outcomeWords } from '../../runs/view/run-words.js';
import type { RunLine } from '../../runs/temporal/list-runs.js';
import type { ObservedWorkers } from '../../runs/view/run-view.js';
import {
  clusterStanding,
  inOrderOfNeed,
  type ObservedCluster,
  type ClusterStanding,
} from '../cluster-standing.js';
import { outcomeTones, type Tone } from '../run-standing.js';
import { ProgressBar } from './run-picture.js';
import { Commands, Moment, PointItem, Sign, Waits } from './parts.js';
import type { Frame, Screen } from './screen.js';
import { WorkersNote } from './workers-note.js';

interface Card {
  readonly sight: ObservedCluster;
  readonly standing: ClusterStanding;
}

/** Every cluster, those that wait for a person first. */
export function overviewScreen(
  clusters: readonly ObservedCluster[],
  workers: ObservedWorkers,
  frame: Frame,
): Screen {
  const cards = inOrderOfNeed(
    clusters.map((sight): Card => ({ sight, standing: clusterStanding(sight, frame.clock) })),
  );
  const asking = cards.filter(({ standing }) => standing.tone === 'asks').length;
  const summary = summaryOf(cards, asking, workers);
  const tone = toneOf(cards, workers);
  return {
    title: `${tone === 'asks' ? '‖ ' : tone === 'fault' ? '✗ ' : 'Clusters: '}${summary}`,
    tone,
    announce: summary,
    live: true,
    crumbs: [{ text: 'Clusters', href: frame.at.home() }],
    body: (
      <>
        <h1>Clusters</h1>
        <p class="lead">{summary}</p>
        <WorkersNote workers={workers} frame={frame} />
        {cards.length === 0 ? (
          <p>
            No cluster has had a run yet. Its first run makes it known: <code>slipway upgrade -f FILE</code>
          </p>
        ) : (
          <ul class="cards">
            {cards.map((card) => (
              <ClusterPanel key={card.sight.queue.cluster} card={card} frame={frame} />
            ))}
          </ul>
        )}
      </>
    ),
  };
}

function summaryOf(cards: readonly Card[], asking: number, workers: ObservedWorkers): string {
  const open = cards.filter(({ sight }) => sight.queue.open).length;
  const runs = open === 0 ? 'no run is open' : `${count(open, 'run')} open`;
  if (cards.length === 0) return 'none is known yet';
  if (asking > 0)
    return `${asking === 1 ? 'one cluster waits' : `${asking} clusters wait`} for a person; ${runs}`;
  if (!workers.answering) return `${runs}, and no worker answers`;
  const wrong = cards.filter(({ standing }) => standing.tone === 'fault').length;
  if (wrong > 0)
    return `something is wrong with ${wrong === 1 ? 'one cluster' : `${wrong} clusters`}; ${runs}`;
  return `${runs}, nobody is needed`;
}

function toneOf(cards: readonly Card[], workers: ObservedWorkers): Tone {
  const has = (tone: Tone): boolean => cards.some(({ standing }) => standing.tone === tone);
  if (has('asks')) return 'asks';
  if (has('fault') || !workers.answering) return 'fault';
  return has('works') ? 'works' : 'rests';
}

/** What the overview shows of a cluster's run; the rest is on the run's own screen. */
const pointsMax = 2;

function ClusterPanel({
  card: { sight, standing },
  frame,
}: {
  readonly card: Card;
  readonly frame: Frame;
}): VNode {
  const { queue, run } = sight;
  const { at } = frame;
  const { cluster, open } = queue;
  const { beside } = standing;
  const points = [...standing.points.slice(0, pointsMax), ...beside];
  const more = standing.points.length - pointsMax;
  const commands = [...new Set([...standing.points, ...beside].flatMap((point) => point.commands))];
  return (
    <li class={`card ${standing.tone}`}>
      <h2>
        <a href={at.cluster(cluster)}>{cluster}</a>
      </h2>
      <p class="state">
        <Sign tone={standing.tone} /> {standing.title}
      </p>
      <Waits standing={standing} frame={frame} />
      {open ? (
        <p>
          <a href={at.run(cluster, open.run)}>Run {open.run}</a>{' '}
          <span class="muted">{run ? versionsText(run) : `to Talos ${open.target}`}</span>
        </p>
      ) : null}
      {run ? (
        <>
          <ProgressBar view={run} />
          <p class="muted">{progressText(run, frame.clock.now)}</p>
        </>
      ) : null}
      <ul class="points">
        {points.map((point) => (
          <PointItem point={{ ...point, commands: [] }} frame={frame} />
        ))}
      </ul>
      {more > 0 ? (
        <p>
          <a href={at.cluster(cluster)}>{count(more, 'thing')} more to know</a>
        </p>
      ) : null}
      {commands.length === 0 ? null : (
        <details id={`typed-${cluster}`}>
          <summary>What can be typed</summary>
          <Commands lines={commands} />
        </details>
      )}
      <LastRun line={queue.runs.find(({ outcome }) => outcome !== 'open')} cluster={cluster} frame={frame} />
    </li>
  );
}

function LastRun({
  line,
  cluster,
  frame,
}: {
  readonly line: RunLine | undefined;
  readonly cluster: string;
  readonly frame: Frame;
}): VNode | null {
  if (!line) return null;
  const { run, outcome, target, endedAt } = line;
  return (
    <p class="last muted">
      Last: <a href={frame.at.run(cluster, run)}>run {run}</a>
      {target === undefined ? '' : ` to ${target}`}, {outcomeOfLine(outcome)}
      {endedAt === undefined ? null : (
        <>
          {' '}
          <Moment iso={endedAt} frame={frame} />
        </>
      )}
    </p>
  );
}

/** The outcome of a listed run, in words. */
export function outcomeOfLine(outcome: RunLine['outcome']): string {
  if (outcome === 'open') return 'open';
  return outcome === 'unknown' ? 'ended; the list does not say how' : outcomeWords[outcome].words;
}

/** The tone of a listed run. */
export function toneOfLine(outcome: RunLine['outcome']): Tone {
  if (outcome === 'open') return 'works';
  return outcome === 'unknown' ? 'rests' : outcomeTones[outcome];
}
