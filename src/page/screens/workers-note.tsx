import type { VNode } from 'preact';
import type { ObservedWorkers } from '../../runs/view/run-view.js';
import { Commands, Moment, Sign } from './parts.js';
import type { Frame } from './screen.js';

/** Warns when no worker polls; otherwise empty. */
export function WorkersNote({
  workers,
  frame,
}: {
  readonly workers: ObservedWorkers;
  readonly frame: Frame;
}): VNode | null {
  if (workers.answering) return null;
  const { taskQueue, lastSeen, startWith } = workers;
  return (
    <section class="standing fault" aria-label="Workers">
      <p>
        <Sign tone="fault" /> No worker answers on task queue {taskQueue}
        {lastSeen === undefined ? null : (
          <>
            {' since '}
            <Moment iso={lastSeen} frame={frame} />
          </>
        )}
        : open runs wait where they are, and none is begun.
      </p>
      <Commands lines={[startWith]} />
    </section>
  );
}
