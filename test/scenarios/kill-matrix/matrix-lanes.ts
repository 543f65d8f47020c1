import type { PlayedColumn } from '../../../lab/chaos/matrix-result.js';
import { LaneQueue } from '../../../lab/chaos/lane-queue.js';
import { MatrixStage, type MatrixLab } from './matrix-labs.js';
import type { Column } from './play-matrix.js';

/** A column, the kind of lab it needs, and its waiting test. */
interface Waiting {
  readonly lab: MatrixLab;
  readonly column: Column;
  readonly settle: (played: Promise<PlayedColumn>) => void;
}

/** Plays the columns of the matrix on several labs side by side. */
export class MatrixLanes {
  readonly #waiting: Waiting[] = [];
  readonly #played = new Map<Column, Promise<PlayedColumn>>();
  #found: Promise<readonly string[]> | undefined;

  /** @param keep is given each column as soon as it has been played, and again with the watcher's findings. */
  constructor(
    labs: readonly MatrixLab[],
    private readonly keep: (played: readonly PlayedColumn[]) => void,
  ) {
    for (const lab of labs)
      for (const column of lab.columns) {
        const played = new Promise<PlayedColumn>((settle) => this.#waiting.push({ lab, column, settle }));
        played.catch(() => undefined); // its test awaits it, in its turn
        this.#played.set(column, played);
      }
  }

  /** Begins to play. */
  start(lanes: number): void {
    const queue = new LaneQueue(this.#waiting, ({ lab }) => lab.name);
    const numbers = Array.from({ length: lanes }, (_, index) => index);
    this.#found = Promise.all(numbers.map((number) => this.#playLane(queue, number))).then((all) =>
      all.flat(),
    );
    this.#found
      .catch(() => undefined) // awaited by `found`
      .finally(() => {
        for (let left = queue.next(0); left; left = queue.next(0))
          left.settle(Promise.reject(new Error('every lane failed before it came to this column')));
      });
  }

  /** The result of a column, once it has been played. */
  async played(column: Column): Promise<PlayedColumn> {
    const played = this.#played.get(column);
    if (!played) throw new Error(`${column.order}, ${column.column} is none of these labs' columns`);
    return played;
  }

  /** The promises that the watcher has seen broken, once all of it has been played and every lab has ended. */
  async found(): Promise<readonly string[]> {
    return (await this.#found) ?? [];
  }

  async #playLane(queue: LaneQueue<Waiting>, number: number): Promise<readonly string[]> {
    const found: string[] = [];
    let stage: { readonly lab: MatrixLab; readonly labs: MatrixStage } | undefined;
    const end = async (): Promise<void> => void found.push(...((await stage?.labs.stop()) ?? []));
    try {
      for (let next = queue.next(number); next; next = queue.next(number)) {
        const { lab, column, settle } = next;
        if (stage?.lab !== lab) {
          // oxlint-disable-next-line no-await-in-loop -- a lane has one lab at a time
          await end();
          stage = { lab, labs: new MatrixStage(lab, this.keep) };
        }
        const playing = stage.labs.play(column);
        settle(playing);
        // oxlint-disable-next-line no-await-in-loop -- a lab has one cluster
        await playing.catch(() => undefined);
      }
    } finally {
      await end();
    }
    return found;
  }
}
