import { condition, setHandler } from '@temporalio/workflow';
import type { Reason } from '../planning/reasons/reason.js';
import { takesDecision } from './valid-decision.js';
import { onOneLine } from './valid-texts.js';
import { pauseRun, resumeRun, type PauseAnswer, type PauseInput } from './messages.js';
import type { RunNotifications, Stop } from './run-notifications.js';

/** The pause of one run: no further node is begun while it lasts; nodes under way are finished. */
export class RunPause {
  private by: string | undefined;

  /**
   * @param limit milliseconds after which a pause that nobody ended ends the run.
   * @param ending whether the run is about to end.
   * @param notifications receives who paused the run, and who resumed it.
   */
  constructor(
    private readonly limit: number,
    ending: () => boolean,
    notifications: Pick<RunNotifications, 'decided'>,
  ) {
    const pause = ({ by, why }: PauseInput): PauseAnswer => {
      if (ending()) return { verdict: 'ending-already', limit };
      if (this.by !== undefined) return { verdict: 'paused-already', limit };
      this.by = `${by}: ${why}`;
      notifications.decided({ kind: 'pause', by, why });
      return { verdict: 'pausing', limit };
    };
    const pauses = 'Begins no further node until resume; the nodes under way are finished.';
    setHandler(pauseRun, onOneLine(pause), takesDecision(pauseRun, pauses));
    const resume = ({ by, why }: PauseInput): { verdict: 'resumed' | 'not-paused' } => {
      if (this.by === undefined) return { verdict: 'not-paused' };
      this.by = undefined;
      notifications.decided({ kind: 'resume', by, why });
      return { verdict: 'resumed' };
    };
    setHandler(resumeRun, onOneLine(resume), takesDecision(resumeRun, 'Continues with the next node.'));
  }

  /**
   * Between nodes: waits while the run is paused.
   *
   * @param setPhase called when the wait begins and when the run continues.
   * @returns why the run ends here; undefined: it continues.
   */
  async point(setPhase: (phase: 'paused' | 'upgrading', stop?: Stop) => void): Promise<Reason | undefined> {
    const { by, limit } = this;
    if (by === undefined) return undefined;
    setPhase('paused', { by, until: new Date(Date.now() + limit).toISOString() });
    const resumed = await condition(() => this.by === undefined, limit);
    if (!resumed) return { kind: 'pause-expired', by, limit };
    setPhase('upgrading');
    return undefined;
  }
}
