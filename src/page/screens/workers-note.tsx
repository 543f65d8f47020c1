import type { VNode } from 'preact';
import type { WorkerSight } from '../../runs/view/run-view.js';
import { Commands, Sign } from './parts.js';

/** Says so where nobody works; nothing where somebody does. */
export function WorkersNote({ workers }: { readonly workers: WorkerSight }): VNode | null {
  if (workers.answering) return null;
  const { taskQueue, startWith } = workers;
  return (
    <section class="standing fault" aria-label="Workers">
      <p>
        <Sign tone="fault" /> No worker answers on task queue {taskQueue}: open runs wait where they are, and
        none is begun.
      </p>
      <Commands lines={[startWith]} />
    </section>
  );
}
