import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { historyFacts, type HistoryFacts } from '../../../src/runs/view/history-facts.js';
import { storyOfRun } from '../../../src/runs/view/story-of-run.js';
import { viewOfRun } from '../../../src/runs/view/view-of-run.js';
import type { UpgradePlan } from '../../../src/planning/plan.js';
import { reportMarkdown } from '../../../src/planning/report-markdown.js';
import { reportOf, type RunStory } from '../../../src/planning/run-report.js';
import type {
  Decision,
  EarlierRunResult,
  RunResult,
  SnapshotRecord,
} from '../../../src/planning/run-result.js';
import { projectRoot } from '../../../src/tools/project-root.js';
import { countsOf, endingOf, notDoneOf } from '../../../src/workflows/node-results.js';

/** Runs of the releases up to 0.2.0 told all of it in their results: what a story must be able to do without. */
interface ToldWhole extends EarlierRunResult {
  readonly plan: UpgradePlan;
  readonly order: readonly string[];
  readonly snapshots: readonly SnapshotRecord[];
  readonly decisions?: readonly Decision[];
}

const folder = path.join(projectRoot, 'test', 'replay', 'histories');
const recorded = readdirSync(folder).filter((name) => /^run-.*-0\.[12]\.0\.json$/.test(name));

function factsOf(file: string): HistoryFacts {
  const { history } = JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as { history: object };
  return historyFacts(historyFromJSON(history));
}

function storyOf(facts: HistoryFacts): RunStory {
  const input = facts.input as { request: { cluster: string }; run: number };
  const view = viewOfRun(input.request.cluster, input.run, { facts, pending: undefined }, new Map());
  return storyOfRun(view, { now: 0, timeZone: 'UTC' });
}

/** The same run as today's workflow would have answered. */
function answeredToday(facts: HistoryFacts, told: ToldWhole): HistoryFacts {
  const { nodes, plan, order: _, snapshots: __, decisions: ___, ...rest } = told;
  const endings = nodes.map(endingOf);
  const result: RunResult = { ...rest, counts: countsOf(plan, endings), notDone: notDoneOf(endings) };
  if (!facts.close) throw new Error('the run had not ended when it was recorded');
  return { ...facts, close: { ...facts.close, result } };
}

test('runs of both earlier releases are recorded, done, halted and aborted', () => {
  for (const ending of ['done', 'halted', 'aborted'])
    for (const release of ['0.1.0', '0.2.0']) expect(recorded).toContain(`run-${ending}-${release}.json`);
});

describe.each(recorded)('%s', (file) => {
  const facts = factsOf(file);
  const told = facts.close?.result as ToldWhole;
  const story = storyOf(facts);

  test('is told out of its history as it told itself', () => {
    expect(story).toMatchObject({
      outcome: told.outcome,
      reasons: told.reasons,
      target: told.target,
      declared: told.declared,
      requestedBy: told.requestedBy,
      plan: told.plan,
      order: told.order,
      snapshots: told.snapshots,
    });
    // Runs of 0.1.0 told no decisions; the one that was aborted has the update in its history all the same.
    const said = ({ kind, by, why }: Decision) => ({ kind, by, why });
    expect(story.decisions?.map(said)).toEqual((told.decisions ?? story.decisions)?.map(said));
  });

  test('has every node as it told, with its steps', () => {
    const names = (nodes: readonly { readonly node: string }[]) => nodes.map(({ node }) => node).toSorted();
    expect(names(story.nodes)).toEqual(names(told.nodes));
    for (const { startedAt: _, endedAt: __, ...node } of told.nodes)
      expect(story.nodes.find((one) => one.node === node.node)).toMatchObject(node);
  });

  test('would have the same report with the answer of today', () => {
    const today = storyOf(answeredToday(facts, told));
    expect(reportOf(today)).toEqual(reportOf(story));
    expect(reportMarkdown(reportOf(today))).not.toMatch(/undefined|NaN/);
  });
});
