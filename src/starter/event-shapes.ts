import { z } from 'zod';
import { cutText, textOfComment } from '../planning/merge/comment-text.js';
import { branchName } from './settings.js';

/**
 * The parts of GitHub's webhooks that Slipway reads, and no more: https://docs.github.com/en/webhooks/webhook-events-and-payloads.
 * Text that people write is cut at a limit; names and shas must fit, or the delivery is rejected.
 */

/** More than one sentence needs. */
const titleMax = 300;
const labelsMax = 100;

/** Git's object names: SHA-1 or SHA-256. */
const sha = z.string().regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/, 'no sha of git');

/** Logins of people and apps: `ada`, `renovate[bot]`. */
const login = z.string().regex(/^[\w.-]{1,100}(\[bot\])?$/, 'no login of GitHub');

const fullName = z
  .string()
  .max(200)
  .regex(/^[\w.-]+\/[\w.-]+$/, 'no repository of GitHub');

const number = z.int().positive();

const action = z.string().regex(/^[a-z_]{1,64}$/, 'no action of an event');

/** The title of a pull request: one line of text, cut. */
export function titleOfPull(text: string): string {
  return cutText(text.replaceAll(/[\p{Cc}\s]+/gu, ' ').trim(), titleMax);
}

/** Whether a comment is meant for Slipway: by its first word. */
export function isCommand(text: string): boolean {
  return /^\s*\/slipway(\s|$)/.test(text);
}

/** Part of every event that is about a repository. */
export const AboutRepository = z.object({ repository: z.object({ full_name: fullName }) });

export const Push = z.object({
  ref: z.string().min(1).max(300),
  before: sha,
  after: sha,
  forced: z.boolean().default(false),
  deleted: z.boolean().default(false),
  sender: z.object({ login }),
});

const Side = z.object({
  ref: branchName,
  sha,
  /** Missing where a fork was deleted. */
  repo: z.object({ full_name: fullName }).nullish(),
});

export const PullRequest = z.object({
  action,
  /** Of `edited`: the previous values. */
  changes: z.record(z.string(), z.unknown()).optional(),
  pull_request: z.object({
    number,
    title: z.string().transform(titleOfPull),
    merged: z.boolean().nullish(),
    merge_commit_sha: sha.nullish(),
    base: Side,
    head: Side,
    labels: z
      .array(z.object({ name: z.string().transform(titleOfPull) }))
      .transform((all) => all.slice(0, labelsMax).map(({ name }) => name))
      .default([]),
  }),
  sender: z.object({ login }),
});

export const Comment = z.object({
  action,
  issue: z.object({ number, pull_request: z.unknown().optional() }),
  comment: z.object({
    id: number,
    body: z.string().transform(textOfComment).nullish(),
    user: z.object({ login, type: z.string().max(100).optional() }),
  }),
});
