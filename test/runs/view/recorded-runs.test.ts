import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { reportMarkdown } from '../../../src/planning/report/report-markdown.js';
import { reportOf } from '../../../src/planning/report/run-report.js';
import type { RunResult } from '../../../src/planning/report/run-result.js';
import { historyFacts } from '../../../src/runs/view/history-facts.js';
import { storyOfRun } from '../../../src/runs/view/story-of-run.js';
import { viewOfRun } from '../../../src/runs/view/view-of-run.js';
import { projectRoot } from '../../../src/tools/project-root.js';
import type { RunInput } from '../../../src/workflows/messages.js';

const folder = path.join(projectRoot, 'test', 'replay', 'histories');
const recorded = readdirSync(folder).filter((name) => name.startsWith('run-'));

/** Reports are made from histories, and agree with the results of the runs. */
describe.each(recorded)('%s', (file) => {
  const { history } = JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as { history: object };
  const facts = historyFacts(historyFromJSON(history));
  const input = facts.input as RunInput;
  const result = facts.close?.result as RunResult;
  const view = viewOfRun(input.request.cluster, input.run, { facts, pending: undefined }, new Map());
  const story = storyOfRun(view, { now: 0, timeZone: 'UTC' });

  test('is reported with its outcome', () => {
    const { outcome, reasons, target, declared, requestedBy } = result;
    expect(story).toMatchObject({ outcome, reasons, target, declared, requestedBy });
  });

  test("has every unfinished node as in the run's result, and counts the others", () => {
    for (const { startedAt: _, endedAt: __, ...node } of result.notDone)
      expect(story.nodes.find((one) => one.node === node.node)).toMatchObject(node);
    const done = story.nodes.filter(({ outcome }) => outcome === 'done');
    expect(done).toHaveLength(result.counts.done);
  });

  test('has a report without gaps', () => {
    expect(reportMarkdown(reportOf(story))).not.toMatch(/undefined|NaN/);
  });
});
