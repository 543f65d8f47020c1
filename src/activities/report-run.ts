import { setTimeout as sleep } from 'node:timers/promises';
import { describe } from '../planning/reasons/describe.js';
import { runComment, deploymentState } from '../planning/messages/run-comment.js';
import type { Message, MessageOf } from '../planning/messages/message.js';
import { noticeOf } from '../planning/messages/notice.js';
import type { Origin } from '../planning/plan/plan.js';
import { GitHostFailed } from '../tools/git-host/git-host-failed.js';
import { setCheck } from '../tools/git-host/github-checks.js';
import { upsertComment } from '../tools/git-host/github-comments.js';
import { setDeployment } from '../tools/git-host/github-deployments.js';
import type { GitHub } from '../tools/git-host/github.js';
import { Refusal } from '../tools/refusal.js';
import { inActivity, type ActivitySettings, type RunReference } from './activity-context.js';
import { openRepository } from './open-repository.js';

export interface ReportRun extends RunReference {
  readonly message: Message;
  readonly board?: MessageOf<'board'>;
}

export interface RunReported {
  /** Left out: it has no pull request, or could not be written. */
  readonly comment?: 'created' | 'updated' | 'unchanged';
  /** `status`: a commit status instead, since Slipway may not create deployments. */
  readonly deployment?: 'reported' | 'unchanged' | 'status';
  /** Why part of the report is missing. */
  readonly why?: string;
}

/** A busy git host is asked again, so many times, unless it asks for a longer pause than this. Milliseconds. */
const pauseMaxMs = 20_000;
const triesMax = 4;

/**
 * Reports a run that a merge began to the git host: a deployment of the merged commit, and one comment at its pull request. Safe to
 * repeat. If the git host is unreachable, busy or rejects, that is a value, since no upgrade waits for it.
 */
export async function reportRun(settings: ActivitySettings, step: ReportRun): Promise<RunReported> {
  const { cluster, run, message, board } = step;
  return inActivity(`reports to the git host: ${message.kind}`, async (wait) => {
    const { origin } = (await settings.inputOf(cluster, run)).request;
    const { gitHost } = origin ?? {};
    if (!origin || !gitHost) return {};
    const asked = async <T>(ask: (github: GitHub) => Promise<T>): Promise<T | Failed> => {
      for (let tries = 1; ; tries += 1) {
        try {
          const { github } = await openRepository(settings, gitHost, wait);
          return github ? await ask(github) : { failed: `${gitHost.name} names no access` };
        } catch (error) {
          const pause =
            error instanceof GitHostFailed && error.passes ? (error.retryAfterMs ?? 2_000 * tries) : Infinity;
          // A git host that asks for a longer pause gets the report with the next message.
          if (pause > pauseMaxMs || tries >= triesMax) return { failed: whyOf(error) };
          await sleep(pause, undefined, { signal: wait.signal });
        }
      }
    };
    const deployment = await asked((github) => setRunState(github, step, origin));
    const { pullRequest: number } = origin;
    const place = number === undefined ? undefined : { number, marker: `run/${cluster}/${run}` };
    const text = runComment(
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

/** Name of the status that replaces a deployment. */
function statusName(cluster: string): string {
  return `slipway/${cluster}/run`;
}

interface Failed {
  readonly failed: string;
}

function isFailed(one: unknown): one is Failed {
  return typeof one === 'object' && one !== null && 'failed' in one;
}

/** Why it failed; rethrows any other error, such as a cancellation. */
function whyOf(error: unknown): string {
  if (error instanceof GitHostFailed) return error.message;
  if (error instanceof Refusal) return describe(error.reason);
  throw error;
}

/** Creates a deployment where permitted; otherwise a status at the commit. */
async function setRunState(
  github: GitHub,
  { cluster, run, message }: ReportRun,
  { commit }: Origin,
): Promise<'reported' | 'unchanged' | 'status'> {
  const { title, link } = noticeOf(message);
  const state = deploymentState(message);
  const more = link === undefined ? {} : { url: link };
  try {
    return await setDeployment(
      github,
      { environment: cluster, task: `slipway:run-${run}`, commit },
      { state, description: title, ...more },
    );
  } catch (error) {
    const mayNot =
      error instanceof GitHostFailed && (error.trouble === 'forbidden' || error.trouble === 'missing');
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
