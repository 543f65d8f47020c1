import { setTimeout as sleep } from 'node:timers/promises';
import { describe } from '../planning/reasons/describe.js';
import { forgeComment, forgeState } from '../planning/messages/forge.js';
import type { Message, MessageOf } from '../planning/messages/message.js';
import { noticeOf } from '../planning/messages/notice.js';
import type { Origin } from '../planning/plan/plan.js';
import { ForgeFailed } from '../tools/forge/forge-failed.js';
import { setCheck } from '../tools/forge/github-checks.js';
import { upsertComment } from '../tools/forge/github-comments.js';
import { setDeployment } from '../tools/forge/github-deployments.js';
import type { GitHub } from '../tools/forge/github.js';
import { Refusal } from '../tools/refusal.js';
import { inActivity, type ActivitySettings, type RunReference } from './activity-context.js';
import { openRepository } from './open-repository.js';

export interface TellForge extends RunReference {
  readonly message: Message;
  readonly board?: MessageOf<'board'>;
}

export interface ForgeTold {
  /** Left out: it has no pull request, or could not be told. */
  readonly comment?: 'created' | 'updated' | 'unchanged';
  /** `status`: a commit status instead, since we may make no deployments. */
  readonly deployment?: 'told' | 'unchanged' | 'status';
  /** Why it could not be told all of it. */
  readonly why?: string;
}

/** A forge that is busy is asked again, so many times, unless it asks for more patience than this. Milliseconds. */
const pauseMaxMs = 20_000;
const triesMax = 4;

/**
 * Tells the forge how a run stands that a merge began: a deployment of the merged commit, and one comment at its pull request. Safe to
 * repeat; a forge that is away, busy, or says no is a value, since no upgrade waits for it.
 */
export async function tellForge(settings: ActivitySettings, step: TellForge): Promise<ForgeTold> {
  const { cluster, run, message, board } = step;
  return inActivity(`tells the forge: ${message.kind}`, async (wait) => {
    const { origin } = (await settings.inputOf(cluster, run)).request;
    const { forge } = origin ?? {};
    if (!origin || !forge) return {};
    const asked = async <T>(ask: (github: GitHub) => Promise<T>): Promise<T | Failed> => {
      for (let tries = 1; ; tries += 1) {
        try {
          const { github } = await openRepository(settings, forge, wait);
          return github ? await ask(github) : { failed: `${forge.name} names no access` };
        } catch (error) {
          const pause =
            error instanceof ForgeFailed && error.passes ? (error.retryAfterMs ?? 2_000 * tries) : Infinity;
          // A forge that wants more patience than that is told with the next message.
          if (pause > pauseMaxMs || tries >= triesMax) return { failed: whyOf(error) };
          await sleep(pause, undefined, { signal: wait.signal });
        }
      }
    };
    const deployment = await asked((github) => stands(github, step, origin));
    const { pullRequest: number } = origin;
    const place = number === undefined ? undefined : { number, marker: `run/${cluster}/${run}` };
    const text = forgeComment(
      message,
      board,
      origin,
      deployment === 'status' ? statusName(cluster) : undefined,
    );
    const comment =
      place && (await asked((github) => upsertComment(github, place, text, { signal: wait.signal })));
    const failed = [deployment, comment].find((one) => isFailed(one));
    return {
      ...(isFailed(deployment) ? {} : { deployment }),
      ...(comment && !isFailed(comment) ? { comment: comment.outcome } : {}),
      ...(isFailed(failed) ? { why: failed.failed } : {}),
    };
  });
}

/** Of the status that stands in for a deployment. */
function statusName(cluster: string): string {
  return `slipway/${cluster}/run`;
}

interface Failed {
  readonly failed: string;
}

function isFailed(one: unknown): one is Failed {
  return typeof one === 'object' && one !== null && 'failed' in one;
}

/** Cancelled is no answer. */
function whyOf(error: unknown): string {
  if (error instanceof ForgeFailed) return error.message;
  if (error instanceof Refusal) return describe(error.reason);
  throw error;
}

/** A deployment where we may make one; where not, a status at the commit. */
async function stands(
  github: GitHub,
  { cluster, run, message }: TellForge,
  { commit }: Origin,
): Promise<'told' | 'unchanged' | 'status'> {
  const { title, link } = noticeOf(message);
  const state = forgeState(message);
  const more = link === undefined ? {} : { url: link };
  try {
    return await setDeployment(
      github,
      { environment: cluster, task: `slipway:run-${run}`, commit },
      { state, description: title, ...more },
    );
  } catch (error) {
    const mayNot =
      error instanceof ForgeFailed && (error.trouble === 'forbidden' || error.trouble === 'missing');
    if (!mayNot) throw error;
    const settled =
      state === 'success' || state === 'inactive'
        ? 'success'
        : state === 'failure' || state === 'error'
          ? 'failure'
          : 'pending';
    await setCheck(github, commit, { name: statusName(cluster), state: settled, title, ...more });
    return 'status';
  }
}
