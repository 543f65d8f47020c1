import { condition, setHandler } from '@temporalio/workflow';
import type { Reason } from '../planning/reasons/reason.js';
import { takesDecision } from './valid-decision.js';
import { onOneLine } from './valid-texts.js';
import { pauseRun, resumeRun, type PauseAnswer, type PauseInput } from './messages.js';
import type { RunNews, Stop } from './run-news.js';

/** The pause of one run: no further node is begun while it lasts; nodes under way are finished. */
export class RunPause {
  private by: string | undefined;

  /**
   * @param limit milliseconds after which a pause that nobody ended ends the run.
   * @param ending whether the run is on its way to its end.
   * @param news hears who paused it, and who had it go on.
   */
  constructor(
    private readonly limit: number,
    ending: () => boolean,
    news: Pick<RunNews, 'decided'>,
  ) {
    const pause = ({ by, why }: PauseInput): PauseAnswer => {
      if (ending()) return { verdict: 'ending-already', limit };
      if (this.by !== undefined) return { verdict: 'paused-already', limit };
      this.by = `${by}: ${why}`;
      news.decided({ kind: 'pause', by, why });
      return { verdict: 'pausing', limit };
    };
    const pauses = 'Begins no further node until resume; the nodes under way are finished.';
    setHandler(pauseRun, onOneLine(pause), takesDecision(pauseRun, pauses));
    const resume = ({ by, why }: PauseInput): { verdict: 'resumed' | 'not-paused' } => {
      if (this.by === undefined) return { verdict: 'not-paused' };
      this.by = undefined;
      news.decided({ kind: 'resume', by, why });
      return { verdict: 'resumed' };
    };
    setHandler(resumeRun, onOneLine(resume), takesDecision(resumeRun, 'Continues with the next node.'));
  }

  /**
   * Between nodes: waits while the run is paused.
   *
   * @param tell is called when it begins to wait, and when it goes on.
   * @returns why the run ends here; undefined: it goes on.
   */
  async point(tell: (phase: 'paused' | 'upgrading', stop?: Stop) => void): Promise<Reason | undefined> {
    const { by, limit } = this;
    if (by === undefined) return undefined;
    tell('paused', { by, until: new Date(Date.now() + limit).toISOString() });
    const resumed = await condition(() => this.by === undefined, limit);
    if (!resumed) return { kind: 'pause-expired', by, limit };
    tell('upgrading');
    return undefined;
  }
}
