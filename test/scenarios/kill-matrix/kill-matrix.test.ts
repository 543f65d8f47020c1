import { rmSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { projectRoot } from '../../../src/tools/project-root.js';
import { addPlayed, isWhole, playedBefore } from './matrix-file.js';
import { matrixLabs } from './matrix-labs.js';
import { MatrixLanes } from './matrix-lanes.js';
import { wantedColumns } from './wanted-columns.js';

/** Played columns are added to it, one by one; `npm run chaos -- --page` shows it. */
const file = path.join(projectRoot, '.slipway/kill-matrix.json');

/** Part of it; nothing: all of it, from the beginning. */
const part = process.env['SLIPWAY_MATRIX'] ?? '';
const labs = matrixLabs(wantedColumns(part, (order, column) => isWhole(playedBefore(file), order, column)));

/** A column is waited for until the lanes come to it. */
const wholeMatrixMs = 10_800_000;

/** Labs side by side, on two cores: a run mostly waits. */
const lanesAtOnce = 4;

const lanes = new MatrixLanes(labs, (played) => addPlayed(file, played));

/** Only here: a worker that dies, an answer that is lost, a failure and an abort, at every step of every order. */
describe('the kill matrix', () => {
  beforeAll(() => {
    if (part === '') rmSync(file, { force: true });
    lanes.start(lanesAtOnce);
  });

  describe.each(labs)('on a lab of the kind $name', (lab) => {
    it.each(lab.columns)(
      '$order, $column: the same end, or a halt with a name, at each step',
      async (column) => {
        const { cells } = await lanes.played(column);
        const bad = Object.entries(cells).filter(
          ([, { kind }]) => kind === 'broken' || kind === 'not reached',
        );
        expect(bad).toEqual([]);
      },
      wholeMatrixMs,
    );
  });

  it(
    'keeps every promise the watcher can see',
    async () => {
      expect(await lanes.found()).toEqual([]);
    },
    wholeMatrixMs,
  );
});

if (labs.length === 0)
  it('has every column that is wanted already', () => {
    expect(playedBefore(file)).not.toEqual([]);
  });
