import type { RepositorySettings } from '../starter/settings.js';

/** The workflow type that every delivery starts, as history names it. */
export const deliverType = 'deliver';

/** `delivery/<delivery id>`: one workflow for each delivery, even if it arrives more than once. */
export const deliveryWorkflowId = (id: string): string => `delivery/${id}`;

/**
 * An event of a git host, as the starter passes it on: validated, bounded, about a repository and a branch of starter.yaml.
 * Fields that no decision needs are left out.
 */
export interface Delivery {
  readonly schema: 1;
  /** The git host's own id of it, or one that the poll source generated: letters, digits, dots and dashes. */
  readonly id: string;
  readonly repository: RepositorySettings;
  /** ISO time. */
  readonly receivedAt: string;
  readonly via: 'webhook' | 'poll';
  readonly event: GitHostEvent;
}

/** What happened. The git host's strings are untrusted input: text, never markup. */
export type GitHostEvent = PushEvent | PullRequestEvent | CommentEvent;

/** The branch of starter.yaml moved. */
export interface PushEvent {
  readonly kind: 'push';
  readonly branch: string;
  /**
   * The commit before. Only zeros: the branch is new or polled for the first time, so there is nothing to compare. The same as `after`:
   * a poll has recorded where the branch is.
   */
  readonly before: string;
  readonly after: string;
  /** The git host says that `after` does not follow `before`; a poll cannot know, and says false. */
  readonly forced: boolean;
  /** Who pushed; empty where a poll cannot know. */
  readonly by: string;
}

/** A pull request into the branch of starter.yaml; from a fork only when it was merged. */
export interface PullRequestEvent {
  readonly kind: 'pull-request';
  /** A poll sees merges as pushes, and anything else as `updated`. */
  readonly action: 'opened' | 'updated' | 'merged' | 'closed';
  readonly number: number;
  /** One line, 300 characters at most. */
  readonly title: string;
  readonly base: { readonly branch: string; readonly sha: string };
  /** `repository`: as the git host names it; empty when it is gone. */
  readonly head: { readonly repository: string; readonly branch: string; readonly sha: string };
  /** Of a merged one. */
  readonly mergeCommit?: string;
  readonly labels: readonly string[];
  readonly by: string;
}

/** Somebody wrote `/slipway …` at a pull request. The git host is asked whether they may. */
export interface CommentEvent {
  readonly kind: 'comment';
  /** Of the pull request. */
  readonly number: number;
  readonly comment: number;
  readonly by: string;
  /** 2,000 characters at most; a longer body is cut. */
  readonly body: string;
}

/** Memo of a delivery, read by describe and lists: no worker needed. */
export interface DeliveryMemo {
  readonly repository: string;
  readonly via: 'webhook' | 'poll';
  /** One line for people: `push to main by renovate[bot]`. */
  readonly what: string;
  /** The commit a poll observed: the next poll continues from there. */
  readonly seen?: { readonly branch: string; readonly head: string; readonly count: number };
}
