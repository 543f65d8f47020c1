import type { severities } from '../../inventory/notify.js';
import type { MessageKind } from './message.js';

export type Severity = (typeof severities)[number];

/** What is the same for every message of a kind. */
export interface KindOfMessage {
  readonly severity: Severity;
  /** When it is sent, for the page about notifications. */
  readonly when: string;
  /** Sign in front of its title. */
  readonly sign: string;
  /** That sign as an emoji short code of ntfy (https://docs.ntfy.sh/emojis/). */
  readonly tag: string;
}

/**
 * All event types. The status message is one message, edited as the run progresses. All others are the record: each is a message of its
 * own, and is never edited.
 */
export const kinds: Readonly<Record<MessageKind, KindOfMessage>> = {
  board: {
    severity: 'info',
    when: 'the run at a glance: one message, edited as it goes on, where the service can',
    sign: '🛥️',
    tag: 'ship',
  },
  queued: {
    severity: 'info',
    when: 'a merge waits to begin: for an open run, a hold, a freeze; or for a person, where its version was rolled back',
    sign: '🕒',
    tag: 'clock3',
  },
  superseded: {
    severity: 'info',
    when: 'what waited, or was about to, gave way to another merge',
    sign: '⏭️',
    tag: 'next_track_button',
  },
  start: {
    severity: 'info',
    when: 'a run begins: nodes, strategy, versions, estimate',
    sign: '▶️',
    tag: 'arrow_forward',
  },
  approval: {
    severity: 'warning',
    when: "a plan waits for a person's approval",
    sign: '✋',
    tag: 'raised_hand',
  },
  waiting: {
    severity: 'warning',
    when: 'the run waits: for what, since when, what to type',
    sign: '⏳',
    tag: 'hourglass_flowing_sand',
  },
  reminder: {
    severity: 'warning',
    when: 'what waited then waits still',
    sign: '🔔',
    tag: 'bell',
  },
  decided: {
    severity: 'info',
    when: 'somebody decided something about a run: yes, no, pause, resume, retry, skip, rollback, start now, abort',
    sign: '🗣️',
    tag: 'speaking_head',
  },
  'node-done': {
    severity: 'info',
    when: 'a node runs its new version, with the time it took',
    sign: '✅',
    tag: 'white_check_mark',
  },
  halt: {
    severity: 'warning',
    when: 'the run halted: why, and what to type',
    sign: '🛑',
    tag: 'octagonal_sign',
  },
  rollback: {
    severity: 'warning',
    when: 'a node rolls back to its old version: the check that failed; status: in progress',
    sign: '⏪',
    tag: 'rewind',
  },
  'rolled-back': {
    severity: 'warning',
    when: 'a node runs its old version again; status: completed',
    sign: '↩️',
    tag: 'leftwards_arrow_with_hook',
  },
  'rollback-failed': {
    severity: 'critical',
    when: 'a node could not be rolled back; status: failed',
    sign: '🚨',
    tag: 'rotating_light',
  },
  done: {
    severity: 'info',
    when: 'every node of the plan runs the target: the summary',
    sign: '🏁',
    tag: 'checkered_flag',
  },
  ended: {
    severity: 'warning',
    when: 'the run ended otherwise: refused, incomplete, halted, aborted, nothing to do',
    sign: '⏹️',
    tag: 'stop_button',
  },
  'notifier-failing': {
    severity: 'warning',
    when: 'another receiver cannot be reached; sent to those that can',
    sign: '📵',
    tag: 'no_mobile_phones',
  },
  test: {
    severity: 'info',
    when: 'somebody typed slipway notify test',
    sign: '👋',
    tag: 'wave',
  },
};
