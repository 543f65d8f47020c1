import { condition, setHandler } from '@temporalio/workflow';
import type { Windows } from '../inventory/windows.js';
import type { Reason } from '../planning/reasons/reason.js';
import { takesDecision } from './valid-decision.js';
import { onOneLine } from './valid-texts.js';
import { startNow, windowTimer, type StartNowAnswer, type StartNowInput } from './messages.js';
import type { RunNotifications, Stop } from './run-notifications.js';
import { activitiesFor } from './step-activities.js';

const lookMs = 30_000;

/** The maintenance windows of one run: no node is begun outside them, unless a person says so. */
export class RunWindow {
  private startsNow = false;

  /**
   * @param windows undefined: always open.
   * @param limit milliseconds the run waits for one to open.
   * @param ending whether the run is about to end.
   * @param superseded why a run that has touched nothing ends here, once there is a reason.
   * @param notifications receives who had the run begin outside a window.
   */
  constructor(
    private readonly windows: Windows | undefined,
    private readonly limit: number,
    ending: () => boolean,
    private readonly superseded: () => Reason | undefined,
    notifications: Pick<RunNotifications, 'decided'>,
  ) {
    const start = ({ by, why }: StartNowInput): StartNowAnswer => {
      if (ending()) return { verdict: 'ending-already' };
      if (!windows) return { verdict: 'no-windows' };
      if (this.startsNow) return { verdict: 'starts-already' };
      this.startsNow = true;
      notifications.decided({ kind: 'start-now', by, why });
      return { verdict: 'starts' };
    };
    const starts = 'Begins nodes although the maintenance window is closed, from now to the end of the run.';
    setHandler(startNow, onOneLine(start), takesDecision(startNow, starts));
  }

  /**
   * Before nodes are begun: waits for a window to open.
   *
   * @param touched whether a node was begun already: then a newer merge does not end the run.
   * @param setPhase called when the wait begins and when the run continues.
   * @returns why the run ends here; undefined: it continues.
   */
  async point(
    touched: boolean,
    setPhase: (phase: 'window' | 'upgrading', stop?: Stop) => void,
  ): Promise<Reason | undefined> {
    const { windows, limit } = this;
    if (!windows) return undefined;
    const until = Date.now() + limit;
    const stands = (): Reason | undefined => (touched ? undefined : this.superseded());
    let waits = false;
    while (!this.startsNow) {
      const ended = stands();
      if (ended) return ended;
      const window = await activitiesFor('look', lookMs, 'the maintenance window').lookAtWindow({ windows });
      if (window.open) break;
      if (Date.now() >= until) return { kind: 'window-expired', limit };
      const { opens: next } = window;
      if (!waits)
        setPhase('window', {
          until: new Date(until).toISOString(),
          ...(next === undefined ? {} : { opens: next }),
        });
      waits = true;
      const opens = next === undefined ? until : Date.parse(next);
      // At least a second: while a worker's clock is behind, the loop would ask again and again without a pause.
      const wait = Math.max(1_000, Math.min(opens, until) - Date.now());
      await condition(() => this.startsNow || stands() !== undefined, wait, { summary: windowTimer });
    }
    if (waits) setPhase('upgrading');
    return undefined;
  }
}
