import { nothingWaits, notTaken, whatToType } from '../planning/merge/comment-answers.js';
import { commentCommand } from '../planning/merge/comment-command.js';
import { textOfComment } from '../planning/merge/comment-text.js';
import type { PlanAnswerRequest } from '../starter/answer-plan.js';
import { commentById, hasOwnComment } from '../tools/git-host/github-comments.js';
import { mayAtLeast, permissionOf } from '../tools/git-host/github-people.js';
import { openGitHub, type GitHub } from '../tools/git-host/github.js';
import type { CommentEvent, Delivery } from '../workflows/delivery-messages.js';
import { inActivity, type ActivitySettings } from './activity-context.js';

/** What a comment at a pull request is. */
export type CommentRead =
  /** Nothing is replied: why. */
  | { readonly kind: 'ignored'; readonly why: string }
  /** No answer that counts: the reply. */
  | { readonly kind: 'no-answer'; readonly text: string }
  /** A permitted user answers a plan: the request to its run. */
  | { readonly kind: 'answer'; readonly request: PlanAnswerRequest };

/** Identifies the reply (`workflows/answer-comment.ts`): a repeated delivery of a comment gets no second one. */
function replyMarker({ comment }: Pick<CommentEvent, 'comment'>): string {
  return `answer/${comment}`;
}

/**
 * Reads a comment as an answer to the plan of the run that the merge of its pull request began. Checks that its author may answer, and
 * that the comment still has the delivered text. Changes nothing.
 */
export async function readComment(
  settings: ActivitySettings,
  { delivery: { repository, event } }: { readonly delivery: Delivery },
): Promise<CommentRead> {
  if (event.kind !== 'comment') throw new Error('only comments are read as answers');
  return inActivity(`reads comment ${event.comment} of ${repository.name}`, async () => {
    if (repository.gitHost !== 'github' || !repository.access)
      return ignored(`${repository.name} takes no comments`);
    const github = await openGitHub(repository, settings.credentialsFolder ?? repository.base);
    return (await whyNoAnswer(github, event)) ?? (await answerIn(settings.plans, repository.name, event));
  });
}

/** Why a comment is no answer, whatever its text; undefined: it may be one. */
async function whyNoAnswer(github: GitHub, event: CommentEvent): Promise<CommentRead | undefined> {
  const { number, comment, by, body } = event;
  if (by.endsWith('[bot]')) return ignored('nothing is taken from a bot');
  if (by === (await github.ownLogin())) return ignored('it is our own');
  const now = await commentById(github, comment);
  if (!now) return ignored('it was deleted');
  if (now.by !== by || now.bot || now.number !== number)
    return ignored('it is another one than was delivered');
  if (await hasOwnComment(github, { number, marker: replyMarker(event) }))
    return ignored('it was replied to before');
  if (now.edited || textOfComment(now.body) !== body)
    return noAnswer('It was edited after it was written, perhaps by somebody else. Write a new one');
  const has = await permissionOf(github, by);
  if (mayAtLeast(has, 'write')) return undefined;
  return noAnswer(
    `${by} may not answer plans: that needs the permission to write to this repository, and GitHub says "${has}"`,
  );
}

async function answerIn(
  { ofPull }: ActivitySettings['plans'],
  repository: string,
  { number, comment, by, body }: CommentEvent,
): Promise<CommentRead> {
  const command = commentCommand(body);
  const runs = await ofPull({ repository, pullRequest: number });
  const waiting = runs.filter(({ waits }) => waits);
  if (waiting.length === 0) return { kind: 'no-answer', text: nothingWaits(runs) };
  const asks = (why: string, verb: 'approve' | 'reject'): CommentRead => ({
    kind: 'no-answer',
    text: whatToType(waiting, why, verb),
  });
  if (command.kind === 'unknown') return asks('/slipway knows approve and reject here', 'approve');
  const { verb, plan, why } = command;
  if (plan === undefined) return asks('An answer names the plan it is about, by its hash', verb);
  const chosen = waiting.find(({ waits }) => waits?.plan.startsWith(plan));
  if (!chosen) return asks(`No plan that waits here begins with ${plan}`, verb);
  if (why === '') return asks('An answer to a plan needs a reason', verb);
  const { cluster, run } = chosen;
  const from = `comment ${comment} at ${repository}#${number}`;
  return {
    kind: 'answer',
    request: {
      cluster,
      run,
      verb,
      input: { plan, by: `github:${by}`, why, from },
      updateId: `comment/${repository}/${comment}`,
    },
  };
}

function ignored(why: string): CommentRead {
  return { kind: 'ignored', why };
}

function noAnswer(why: string): CommentRead {
  return { kind: 'no-answer', text: notTaken(why) };
}
