import type { VNode } from 'preact';
import { nodeId } from '../../workflows/messages.js';
import type { UpgradePlan } from '../../planning/plan/plan.js';
import type { NodeView, RunView } from '../../runs/view/run-view.js';
import { durationText } from '../../runs/view/time-text.js';
import { sentence } from '../../planning/text/sentence.js';
import { haltLines, haltText, openHalt, undecided } from '../../runs/view/halt-text.js';
import { nodeText } from '../../runs/view/node-text.js';
import { runStanding, stoppedText, type Standing } from '../run-standing.js';
import { stepStates, type StepState } from '../step-states.js';
import { Moment, Since, StandingPanel, WebUiLink } from './parts.js';
import { StepStrip } from './node-row.js';
import { stateWord } from './run-picture.js';
import { titled, type Frame, type Screen } from './screen.js';

/** One node in one hop of a run: each step with its observation. */
export function nodeScreen(view: RunView, plan: UpgradePlan, node: NodeView, frame: Frame): Screen {
  const { cluster, run } = view;
  const { at } = frame;
  const standing = nodeStanding(view, node, frame);
  const states = stepStates(plan, node);
  return {
    title: titled(node.name, standing),
    tone: standing.tone,
    announce: `${node.name}: ${standing.title}`,
    live: view.outcome === undefined,
    crumbs: [
      { text: 'Clusters', href: at.home() },
      { text: cluster, href: at.cluster(cluster) },
      { text: `Run ${run}`, href: at.run(cluster, run) },
      { text: node.name, href: at.node(view, node.hop, node.name) },
    ],
    body: (
      <>
        <h1>
          {node.name} <span class="light">{node.role === 'worker' ? 'worker' : 'control plane'}</span>
        </h1>
        <p class="lead">
          Talos {node.from} → {node.to} <span class="muted">{node.plan.address}</span>
        </p>
        <StandingPanel standing={standing} frame={frame}>
          {node.state === 'skipped' ? null : <StepStrip states={states} />}
        </StandingPanel>
        {node.state === 'skipped' ? null : <Steps states={states} frame={frame} />}
        <section class="facts" aria-labelledby="facts">
          <h2 id="facts">What it rests on</h2>
          <dl>
            <dt>Image</dt>
            <dd>
              <code>{node.plan.image}</code>
            </dd>
            <dt>Schematic</dt>
            <dd>
              <code>{node.plan.schematic}</code>
            </dd>
            {node.plan.replacement ? (
              <>
                <dt>Terraform calls it</dt>
                <dd>
                  <code>{node.plan.replacement.address}</code>
                </dd>
              </>
            ) : null}
            {node.attempt > 0 ? (
              <>
                <dt>History</dt>
                <dd>
                  {node.attempt > 1 ? `try ${node.attempt} ` : ''}
                  <WebUiLink at={at} workflowId={nodeId(cluster, run, node.hop + 1, node.name, node.attempt)}>
                    in Temporal
                  </WebUiLink>
                </dd>
              </>
            ) : null}
          </dl>
        </section>
      </>
    ),
  };
}

function nodeStanding(view: RunView, node: NodeView, { clock }: Frame): Standing {
  const title = capital(stateWord[node.state]);
  if (node.state === 'running') {
    const [work] = node.work;
    const since = work?.since ?? node.startedAt;
    const text = sentence(nodeText(node, view, clock));
    const tone = node.reason ? 'fault' : 'works';
    const point = { tone, about: work?.name ?? '', ...(since ? { since } : {}), text, commands: [] } as const;
    return { tone, title, points: [point] };
  }
  if (node.state === 'halted' || node.state === 'undone') {
    const why = { tone: 'fault', about: node.failedStep ?? '', text: stoppedText(node) } as const;
    const halt = openHalt(view);
    if (halt && undecided(view).includes(node)) {
      const { since, until } = halt;
      const asks = { tone: 'asks', about: '', text: haltText(view, halt, clock) } as const;
      const points = [
        { ...why, commands: [] },
        { ...asks, commands: haltLines(view) },
      ];
      return { tone: 'asks', title: 'Halted: decide about it', since, until, points };
    }
    // Commands for the node are shown with the run.
    const commands = runStanding(view, clock).points.flatMap((point) => point.commands);
    return { tone: 'fault', title, points: [{ ...why, commands }] };
  }
  const well = node.state === 'done' || node.state === 'skipped';
  return { tone: well ? 'well' : 'rests', title, points: [] };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const words: Readonly<Record<StepState['state'], string>> = {
  done: 'done',
  now: 'now',
  failed: 'failed',
  ahead: '',
  undo: 'undone',
};

function Steps({ states, frame }: { readonly states: readonly StepState[]; readonly frame: Frame }): VNode {
  return (
    <section class="steps" aria-labelledby="steps">
      <h2 id="steps">Steps</h2>
      <ol>
        {states.map(({ step, state, does, seen }) => (
          <li key={`${step} ${state}`} class={state}>
            <span class="step">{step}</span>
            <span class="state">{words[state]}</span>
            <span class="time">{seen ? <StepTime seen={seen} frame={frame} /> : null}</span>
            <p>{seen?.note === undefined ? sentence(does) : sentence(seen.note)}</p>
          </li>
        ))}
      </ol>
    </section>
  );
}

function StepTime({
  seen,
  frame,
}: {
  readonly seen: NonNullable<StepState['seen']>;
  readonly frame: Frame;
}): VNode {
  const { startedAt, endedAt } = seen;
  return (
    <>
      <span class="muted">
        <Moment iso={startedAt} frame={frame} />
      </span>{' '}
      {endedAt === undefined ? (
        <Since iso={startedAt} frame={frame} />
      ) : (
        durationText(Date.parse(endedAt) - Date.parse(startedAt))
      )}
    </>
  );
}
