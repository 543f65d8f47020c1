import { rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { projectRoot } from '../../../src/tools/project-root.js';
import { addPlayed, isWhole, playedBefore } from '../kill-matrix/matrix-file.js';
import { MatrixStage, matrixLabs } from '../kill-matrix/matrix-labs.js';
import { wantedColumns } from '../kill-matrix/wanted-columns.js';

/** What is played is added to it, column by column; `npm run chaos -- --page` shows it. */
const file = path.join(projectRoot, '.slipway/kill-matrix.json');

/** Part of it; nothing: all of it, from the beginning. */
const part = process.env['SLIPWAY_MATRIX'] ?? '';
const labs = matrixLabs(wantedColumns(part, (order, column) => isWhole(playedBefore(file), order, column)));

beforeAll(() => {
  if (part === '') rmSync(file, { force: true });
});

/** Only here: a worker that dies, an answer that is lost, a failure and an abort, at every step of every order. */
describe.each(labs)('on a lab of the kind $name', (lab) => {
  const stage = new MatrixStage(lab, (played) => addPlayed(file, played));

  afterAll(async () => {
    await stage.stop();
  }, 180_000);

  it.each(lab.columns)(
    '$order, $column: the same end, or a halt with a name, at each step',
    async (column) => {
      const { cells } = await stage.play(column);
      const bad = Object.entries(cells).filter(([, { kind }]) => kind === 'broken' || kind === 'not reached');
      expect(bad).toEqual([]);
    },
    3_600_000,
  );

  it('keeps every promise the watcher can see', async () => {
    expect(await stage.stop()).toEqual([]);
  }, 180_000);
});

if (labs.length === 0)
  it('has every column that is wanted already', () => {
    expect(playedBefore(file)).not.toEqual([]);
  });
