import { z } from 'zod';
import type { GitHub } from './github.js';

/** GitHub's limits, in characters. */
const descriptionMax = 140;
const summaryMax = 65_535;
const titleMax = 250;

/** The state of a commit, as a pull request shows it. */
export interface CheckState {
  /** The name of the check: `slipway/prox-ops`. One per commit and name. */
  readonly name: string;
  /** `pending`: not known yet, or waiting for a person. */
  readonly state: 'pending' | 'success' | 'failure' | 'neutral';
  /** One line. */
  readonly title: string;
  /** Markdown; shown of check runs alone. */
  readonly summary?: string;
  /** A link to details. */
  readonly url?: string;
}

const Run = z.object({ id: z.int(), app: z.object({ slug: z.string().nullish() }).nullish() });
const Runs = z.object({ check_runs: z.array(Run) });
const Status = z.object({ id: z.int() });

/**
 * Sets the state of a commit: by a check run where Slipway signs in as an app, by a commit status where it has a token (GitHub allows check
 * runs for apps only). A repeated call updates the same check.
 *
 * @throws GitHostFailed
 */
export async function setCheck(
  github: GitHub,
  sha: string,
  check: CheckState,
): Promise<'check-run' | 'status'> {
  if (!github.isApp) {
    await setStatus(github, sha, check);
    return 'status';
  }
  const { name } = check;
  const about = { ref: sha, check_name: name, filter: 'latest' };
  const login = await github.ownLogin();
  const { check_runs: runs } = await github.call(
    Runs,
    'GET /repos/{owner}/{repo}/commits/{ref}/check-runs',
    about,
  );
  const own = runs.find(({ app }) => `${app?.slug ?? ''}[bot]` === login);
  const fields = { ...runFields(check), name };
  await (own
    ? github.call(Run, 'PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}', {
        check_run_id: own.id,
        ...fields,
      })
    : github.call(Run, 'POST /repos/{owner}/{repo}/check-runs', { head_sha: sha, ...fields }));
  return 'check-run';
}

function runFields({ state, title, summary, url }: CheckState): Record<string, unknown> {
  return {
    ...(state === 'pending' ? { status: 'in_progress' } : { status: 'completed', conclusion: state }),
    output: { title: shortened(title, titleMax), summary: shortened(summary ?? title, summaryMax) },
    ...(url === undefined ? {} : { details_url: url }),
  };
}

/** A status has no `neutral`: it becomes a success, and its title says the rest. */
async function setStatus(
  github: GitHub,
  sha: string,
  { name, state, title, url }: CheckState,
): Promise<void> {
  await github.call(Status, 'POST /repos/{owner}/{repo}/statuses/{sha}', {
    sha,
    context: name,
    state: state === 'neutral' ? 'success' : state,
    description: shortened(title.replaceAll(/\s+/g, ' '), descriptionMax),
    ...(url === undefined ? {} : { target_url: url }),
  });
}

function shortened(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max - 1).replaceAll(/\p{Cs}/gu, '')}…`;
}
