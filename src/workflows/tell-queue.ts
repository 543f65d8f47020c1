import { CancellationScope, condition } from '@temporalio/workflow';
import type { Message, MessageOf } from '../planning/messages/message.js';
import type { Untold } from '../planning/report/run-result.js';
import { tellTimer } from './messages.js';

/** What is told at one time: a message, and the board as it stands then. */
export interface Letter {
  readonly message: Message;
  readonly board?: MessageOf<'board'>;
}

/** Somebody who is told what a run has to say: people by their receivers. It keeps what it needs from letter to letter. */
export interface Audience {
  /** Answers why nobody of it could be told; undefined: somebody was, or nobody is told such a letter. */
  readonly tell: (letter: Letter) => Promise<string | undefined>;
}

/** What is still to be told at the end of a run has that long. Milliseconds. */
const endMs = 120_000;

/**
 * What a run has to say, one letter after the other, in order. Nothing waits for it, and nothing that happens to a letter reaches whoever
 * wrote it; a cancel of the run does not stop it.
 */
export class TellQueue {
  private readonly waiting: Message[] = [];
  /** How many of them are to go out now. */
  private released = 0;
  private boardDue = false;
  private busy = false;
  private untold: Untold | undefined;

  /**
   * @param audiences each is told every letter.
   * @param board the board as it stands; undefined: there is none yet.
   */
  constructor(
    private readonly audiences: readonly Audience[],
    private readonly board: () => MessageOf<'board'> | undefined,
  ) {}

  /** To be told with what is told next: one letter a node is enough, and the next one is about to begin. */
  add(message: Message): void {
    this.waiting.push(message);
  }

  /** Tells all there is to tell, and the board. */
  tell(...messages: readonly Message[]): void {
    this.waiting.push(...messages);
    this.released = this.waiting.length;
    this.boardDue = true;
    if (this.busy) return;
    this.busy = true;
    const over = (): void => {
      this.busy = false;
    };
    CancellationScope.nonCancellable(() => this.tellAll()).then(over, over);
  }

  /** Waits until all is told, for a while. Answers what was not. */
  async finish(): Promise<Untold | undefined> {
    if (this.busy) {
      const summary = tellTimer;
      await CancellationScope.nonCancellable(() => condition(() => !this.busy, endMs, { summary }));
    }
    const left = this.waiting.length + (this.busy ? 1 : 0);
    if (left > 0) this.failed(left, 'they could not be told within two minutes of the end of the run');
    return this.untold;
  }

  private async tellAll(): Promise<void> {
    for (let letter = this.next(); letter; letter = this.next()) {
      const now = letter;
      const answers = await Promise.all(this.audiences.map((audience) => told(audience, now)));
      const why = answers.find((answer) => answer !== undefined);
      if (why !== undefined) this.failed(1, why);
    }
  }

  private next(): Letter | undefined {
    const message = this.released > 0 ? this.waiting.shift() : undefined;
    if (message) this.released -= 1;
    const last = this.released === 0;
    const board = last && this.boardDue ? this.board() : undefined;
    if (last) this.boardDue = false;
    if (message) return { message, ...(board ? { board } : {}) };
    return board && { message: board };
  }

  private failed(messages: number, why: string): void {
    this.untold = { messages: (this.untold?.messages ?? 0) + messages, why };
  }
}

/** Whatever goes wrong is an answer. */
async function told(audience: Audience, letter: Letter): Promise<string | undefined> {
  try {
    return await audience.tell(letter);
  } catch (error) {
    return error instanceof Error ? error.message.slice(0, whyMax) : 'nobody knows why';
  }
}

/** Characters of an error that a result repeats. */
const whyMax = 300;
