import { gate, oldAgain, unwell, type Answers, type DrivenPlan, type DrivenRun } from './a-driven-run.js';

const [one, other] = ['work-1', 'work-2'] as const;

type Drive = (
  batches: readonly (readonly string[])[],
  answers: Answers,
  plan: DrivenPlan,
) => Promise<DrivenRun>;

/**
 * Both nodes of a batch halted. While the run observes whether the first rolls back automatically, somebody retries the other one, and
 * its observation takes longer.
 *
 * @returns the run, which has ended, and the result of that decision.
 */
export async function askedMeanwhile(
  drive: Drive,
): Promise<{ readonly driven: DrivenRun; readonly said: string }> {
  const [looked, answered] = [gate(), gate()];
  const asked = (what: string): number => driven.asked.filter((text) => text === what).length;
  const driven = await drive(
    [[one, other]],
    async ({ name, node }) => {
      if (name === 'verifyNode' && node === one) return unwell;
      if (name === 'awaitBoot' && node === other && asked(`awaitBoot ${other}`) === 1) return oldAgain;
      if (name === 'planOwnRollback' && node === one) await looked.opened;
      if (name === 'planRetry') await answered.opened;
      return name === 'planOwnRollback' ? { verdict: 'asks' } : undefined;
    },
    { onFailure: 'rollback' },
  );
  await driven.until('both are looked at', () => asked(`planOwnRollback ${one}`) === 1);
  let said: Promise<string> | undefined;
  await driven.until('it is looked at again', async () => {
    said ??= driven.decide('retry', other);
    const refused = await Promise.race([said, new Promise((resolve) => setTimeout(resolve, 200))]);
    if (typeof refused === 'string') said = undefined;
    return asked(`planRetry ${other}`) === 1;
  });
  looked.open();
  await driven.until('those looks have ended', () => looksHaveEnded(driven));
  answered.open();
  const answer = (await said) ?? 'nobody asked';
  await driven.until('the first is left out', async () => (await driven.decide('skip', one)) === 'skipped');
  await driven.handle.result();
  return { driven, said: answer };
}

/** Whether it is known of both nodes that they do not roll back automatically. */
async function looksHaveEnded({ handle }: DrivenRun): Promise<boolean> {
  const { events } = await handle.fetchHistory();
  const looks = (events ?? []).flatMap(({ eventId, activityTaskScheduledEventAttributes: scheduled }) =>
    scheduled?.activityType?.name === 'planOwnRollback' ? [String(eventId)] : [],
  );
  const ended = (events ?? []).filter(({ activityTaskCompletedEventAttributes: done }) =>
    looks.includes(String(done?.scheduledEventId)),
  );
  return looks.length === 2 && ended.length === 2;
}
