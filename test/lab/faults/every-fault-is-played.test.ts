import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { faultCatalogue, type FaultName } from '../../../lab/faults/catalogue.js';
import { githubFaults } from '../../../lab/fake-github/github-faults.js';
import { hypervisorFaults } from '../../../lab/hypervisor/hypervisor-faults.js';
import { replacementFaults } from '../../../lab/machines/hypervisor-adapter/replacement-faults.js';
import { rollbackFaults } from '../../../lab/machines/rollback-faults.js';
import { serviceFaults } from '../../../lab/fake-services/service-faults.js';
import { projectRoot } from '../../../src/tools/project-root.js';
import { casesIn } from '../../scenarios/faults/every-case.js';
import type { Flow } from '../../scenarios/faults/fault-case.js';

/** No in-place flow calls a hypervisor, nor replaces a machine; the replace flow shows only these. */
const hypervisor = Object.keys({ ...hypervisorFaults, ...replacementFaults }) as FaultName[];

/** No flow rolls back. */
const onlyBack = Object.keys(rollbackFaults) as FaultName[];

/** No flow contacts a fake GitHub, or a notification service: separate tests play these, on the fake GitHub and the fake services alone. */
const aroundIt = Object.keys({ ...githubFaults, ...serviceFaults }) as FaultName[];

/** Played in a separate scenario: on the cluster whose machines have GPUs, and where a node rolls back. */
const elsewhere: readonly (readonly [file: string, fault: FaultName])[] = [
  ['test/scenarios/long/replacement-prox-ops.test.ts', 'vm-without-gpu'],
  ...(Object.keys(rollbackFaults) as FaultName[]).map(
    (name) => ['test/scenarios/long/rollback-fails.test.ts', name] as const,
  ),
];
const playedElsewhere = elsewhere.map(([, fault]) => fault);

/** Faults at points that a flow never passes. */
const notIn: Readonly<Record<Flow, readonly FaultName[]>> = {
  legacy: [
    'image-gone-at-install',
    'installed-by-hand',
    'install-stream-cut',
    'install-answer-lost',
    'rebooted-by-hand',
    'reboot-request-lost',
    'reboot-answer-lost',
    ...onlyBack,
    ...hypervisor,
    ...aroundIt,
  ],
  lifecycle: ['upgrade-answer-lost', ...onlyBack, ...hypervisor, ...aroundIt],
  replace: [
    ...(Object.keys(faultCatalogue) as FaultName[]).filter((name) => !hypervisor.includes(name)),
    ...playedElsewhere,
  ],
};

describe.each(['legacy', 'lifecycle', 'replace'] as const)('in the %s flow', (flow) => {
  const played = new Set(
    casesIn(flow).flatMap(({ story }) => story.plays ?? story.faults?.map(({ name }) => name) ?? []),
  );

  test.each(Object.keys(faultCatalogue) as FaultName[])('%s is played, or cannot happen', (name) => {
    expect(played.has(name)).toBe(!notIn[flow].includes(name));
  });
});

test.each(elsewhere)('%s plays %s', (file, name) => {
  expect(readFileSync(path.join(projectRoot, file), 'utf8')).toContain(`name: '${name}'`);
});
