import { shapeNamed, shapeNames, type ShapeName } from '../../../lab/chaos/shapes.js';
import type { PlayedColumn } from '../../../lab/chaos/matrix-result.js';
import { Interrupter } from '../../../lab/interruptions/interrupter.js';
import { columnsToPlay, playColumn, prepareForMatrix, type Column } from './play-matrix.js';
import { orderNames } from './orders.js';
import { ways, type Way } from './ways.js';

/** A kind of lab, and the columns that are played on it. */
export interface MatrixLab {
  /** `small-replace`, `small-replace, silent after 12 s` */
  readonly name: string;
  readonly shape: ShapeName;
  readonly silence?: number;
  readonly columns: readonly Column[];
}

/** All of the matrix, by the labs that it needs. @param isWanted of a column; left out: every one. */
export function matrixLabs(isWanted: (column: Column) => boolean = () => true): MatrixLab[] {
  const all = orderNames.flatMap((order) =>
    columnsToPlay(order).map((column): Column => ({ order, column })),
  );
  const wanted = all.filter(isWanted).flatMap((column) => {
    const way = ways[column.order];
    return way ? [{ column, way }] : [];
  });
  const names = [...new Set(wanted.map(({ way }) => nameOf(way)))];
  const labs = names.flatMap((name): MatrixLab[] => {
    const of = wanted.filter(({ way }) => nameOf(way) === name);
    const way = of[0]?.way;
    const columns = of.map(({ column }) => column);
    if (!way) return [];
    return [{ name, shape: way.shape, ...(way.silence ? { silence: way.silence } : {}), columns }];
  });
  return labs.toSorted((one, other) => shapeNames.indexOf(one.shape) - shapeNames.indexOf(other.shape));
}

function nameOf({ shape, silence }: Way): string {
  return silence === undefined ? shape : `${shape}, silent after ${silence} s`;
}

/** One kind of lab, started when it is first needed, and again once something on it was damaged. */
export class MatrixStage {
  #up: Interrupter | undefined;
  /** Columns of the lab that is up. */
  #onIt: PlayedColumn[] = [];
  readonly #found: string[] = [];

  /** @param keep is given each column as soon as it has been played, and again with the watcher's findings. */
  constructor(
    private readonly lab: Pick<MatrixLab, 'name' | 'shape' | 'silence'>,
    private readonly keep: (played: readonly PlayedColumn[]) => void,
  ) {}

  async play(column: Column): Promise<PlayedColumn> {
    const stage = this.#up ?? (await this.#start());
    const startedAt = new Date().toISOString();
    try {
      const { cells, resumedMs } = await playColumn(stage, column);
      const endedAt = new Date().toISOString();
      const played = {
        ...column,
        startedAt,
        endedAt,
        cells: Object.fromEntries(cells),
        resumedMs,
        violations: [],
      };
      this.#onIt.push(played);
      this.keep([played]);
      return played;
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Ends the lab that is up. @returns the promises that the watcher has seen broken on this kind of lab. */
  async stop(): Promise<readonly string[]> {
    const stage = this.#up;
    this.#up = undefined;
    if (!stage) return this.#found;
    const { violations } = await stage.stop();
    this.#found.push(...violations.map(violationText));
    this.keep(withViolations(this.#onIt.splice(0), violations));
    return this.#found;
  }

  async #start(): Promise<Interrupter> {
    const { shape, silence, name } = this.lab;
    const { lab, prepare } = shapeNamed(shape);
    const { labArgs = [], ...options } = lab;
    const stage = await Interrupter.start({
      ...options,
      limits: 'short',
      name: `matrix-${name.replaceAll(/\W+/g, '-')}`,
      labArgs: [...labArgs, ...(silence === undefined ? [] : ['--node-monitor-grace', String(silence)])],
    });
    this.#up = stage;
    await prepare?.(stage.world);
    await prepareForMatrix(stage.world);
    return stage;
  }
}

/** Assigns the watcher's findings to the column during which they happened; one between two belongs to the earlier. Pure. */
export function withViolations(
  played: readonly PlayedColumn[],
  found: readonly { readonly promise: string; readonly at: string; readonly what: string }[],
): PlayedColumn[] {
  const about = found.map((one) => ({
    ...one,
    index: Math.max(
      0,
      played.findLastIndex(({ startedAt }) => Date.parse(startedAt) <= Date.parse(one.at)),
    ),
  }));
  return played.map((column, index) => ({
    ...column,
    violations: about.filter((one) => one.index === index).map(violationText),
  }));
}

function violationText({
  promise,
  at,
  what,
}: {
  readonly promise: string;
  readonly at: string;
  readonly what: string;
}): string {
  return `${promise} at ${at}: ${what}`;
}
