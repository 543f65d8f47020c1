import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { projectRoot } from '../../src/tools/project-root.js';
import { validAnswer } from '../../src/workflows/valid-answer.js';
import { validDecision } from '../../src/workflows/valid-decision.js';
import {
  abortRun,
  approvePlan,
  freezeCluster,
  pauseRun,
  rejectPlan,
  releaseCluster,
  resumeRun,
  retryNode,
  rollBackNode,
  skipNode,
  startNow,
  unfreezeCluster,
} from '../../src/workflows/messages.js';

const page = readFileSync(path.join(projectRoot, 'docs', 'operating.md'), 'utf8');
const section = /^## From Temporal's Web UI\n(?<text>.*?)^## /ms.exec(page)?.groups?.['text'] ?? '';
const [ofRun = '', ofCluster = ''] = section.split('`cluster/CLUSTER`:');

const names = (updates: readonly { readonly name: string }[]): string[] =>
  updates.map(({ name }) => name).toSorted();
const rows = (text: string): readonly (readonly [string, unknown])[] =>
  [...text.matchAll(/^\| `(?<name>\w+)` \| `(?<json>\{.*?\})` \| .+ \|$/gm)].map(({ groups }) => [
    groups?.['name'] ?? '',
    JSON.parse(groups?.['json'] ?? ''),
  ]);

test("the guide's section about the Web UI names every update of a person, to the workflow that takes it", () => {
  const run = [
    abortRun,
    pauseRun,
    resumeRun,
    startNow,
    retryNode,
    skipNode,
    rollBackNode,
    approvePlan,
    rejectPlan,
  ];
  expect(
    rows(ofRun)
      .map(([name]) => name)
      .toSorted(),
  ).toEqual(names(run));
  const cluster = [releaseCluster, freezeCluster, unfreezeCluster];
  expect(
    rows(ofCluster)
      .map(([name]) => name)
      .toSorted(),
  ).toEqual(names(cluster));
});

test.each(rows(section))('its JSON of %s is accepted', (update, json) => {
  const aboutNode = names([retryNode, skipNode, rollBackNode]).includes(update);
  const given = names([approvePlan, rejectPlan]).includes(update)
    ? validAnswer(json)
    : validDecision(update, aboutNode ? 'node' : 'whole', json);
  expect(given).toEqual(json);
});
