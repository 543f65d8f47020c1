import type { RepositorySettings } from '../starter/settings.js';

/** The type of the workflow that every delivery starts, as it stands in history. */
export const deliverType = 'deliver';

/** `delivery/<delivery id>`: one workflow for each delivery, however often it is delivered. */
export const deliveryWorkflowId = (id: string): string => `delivery/${id}`;

/**
 * Something that happened at a forge, as the starter hands it over: checked, bounded, and about a repository and a branch of
 * starter.yaml. What is not needed to decide what to do is left out.
 */
export interface Delivery {
  readonly schema: 1;
  /** The forge's own id of it, or one that the poll source made: letters, digits, dots and dashes. */
  readonly id: string;
  readonly repository: RepositorySettings;
  /** ISO time. */
  readonly receivedAt: string;
  readonly via: 'webhook' | 'poll';
  readonly event: ForgeEvent;
}

/** What happened. Strings are what the forge says, written by anybody: text, never markup. */
export type ForgeEvent = PushEvent | PullRequestEvent | CommentEvent;

/** The branch of starter.yaml moved. */
export interface PushEvent {
  readonly kind: 'push';
  readonly branch: string;
  /** Where it stood; only zeros: it is new, or seen for the first time, and nothing can be compared. The same as `after`: it was looked at. */
  readonly before: string;
  readonly after: string;
  /** The forge says that `after` does not follow on `before`; a poll cannot tell, and says false. */
  readonly forced: boolean;
  /** Who pushed; empty where a poll cannot tell. */
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
  /** `repository`: as the forge names it; empty when it is gone. */
  readonly head: { readonly repository: string; readonly branch: string; readonly sha: string };
  /** Of a merged one. */
  readonly mergeCommit?: string;
  readonly labels: readonly string[];
  readonly by: string;
}

/** Somebody wrote `/slipway …` at a pull request. Whether they may is asked of the forge. */
export interface CommentEvent {
  readonly kind: 'comment';
  /** Of the pull request. */
  readonly number: number;
  readonly comment: number;
  readonly by: string;
  /** 2,000 characters at most; what was longer is cut. */
  readonly body: string;
}

/** Memo of a delivery, read by describe and lists: no worker needed. */
export interface DeliveryMemo {
  readonly repository: string;
  readonly via: 'webhook' | 'poll';
  /** One line for people: `push to main by renovate[bot]`. */
  readonly what: string;
  /** Where a poll saw the branch: the next poll goes on from there. */
  readonly seen?: { readonly branch: string; readonly head: string; readonly count: number };
}
