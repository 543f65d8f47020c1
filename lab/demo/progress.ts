import { setTimeout as sleep } from 'node:timers/promises';
import { progressView } from '../../src/cli/progress/progress-text.js';
import { changeLine, runChanges, type Look } from '../../src/runs/view/run-changes.js';
import type { RunView } from '../../src/runs/view/run-view.js';
import { wrapRows } from '../../src/cli/progress/wrap-text.js';
import { liveScreen } from '../../src/cli/live-screen.js';
import { screen } from '../../src/cli/terminal.js';

const lookEveryMs = 500;

/** Shows a run until it ends, with a line of the demo's own above it; plain lines where the output cannot be overwritten. */
export async function showUntilItEnds(
  read: () => Promise<RunView | undefined>,
  notice: () => string,
  onView: (view: RunView) => void,
): Promise<RunView> {
  const live = screen().live ? await liveScreen() : undefined;
  let before: Look | undefined;
  let said = '';
  for (;;) {
    const view = await read().catch(() => undefined);
    if (view) {
      onView(view);
      const now = Date.now();
      if (live) live.show(`${wrapRows(notice(), screen().width)}\n\n${progressView(view, now, screen())}`);
      else {
        if (notice() !== said) process.stdout.write(`${(said = notice())}\n`);
        for (const change of runChanges(before, { view, clock: { now } }))
          process.stdout.write(`${changeLine(change, { now })}\n`);
      }
      before = { view, clock: { now } };
      if (view.outcome) {
        live?.done();
        return view;
      }
    }
    await sleep(lookEveryMs);
  }
}
