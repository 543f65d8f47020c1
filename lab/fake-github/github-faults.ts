import type { FaultDescription } from '../faults/catalogue.js';

/** The fake GitHub's part of the fault catalogue. None is tied to a machine. */
export const githubFaults = {
  'github-unreachable': {
    does: 'Connections to the fake GitHub break for as long as the fault is armed, git’s too.',
    point: 'github:connected',
    node: 'none',
    lasts: 'standing',
  },
  'github-down': {
    does: 'The fake GitHub’s API answers 503 with a page for people for as long as the fault is armed; git goes on.',
    point: 'github:up',
    node: 'none',
    lasts: 'standing',
  },
  'github-hangs': {
    does: 'The fake GitHub’s API takes requests and does not answer for as long as the fault is armed.',
    point: 'github:waiting',
    node: 'none',
    lasts: 'standing',
  },
  'github-slow': {
    does: 'The fake GitHub’s API takes its time for one answer.',
    point: 'github:asked',
    node: 'none',
    lasts: 'once',
  },
  'github-error': {
    does: 'The fake GitHub’s API answers 500 to one request, and has done nothing.',
    point: 'github:asked',
    node: 'none',
    lasts: 'once',
  },
  'github-limited': {
    does: 'The hour’s requests are used up: 403 with x-ratelimit-remaining 0 and the time of the next hour, a second away.',
    point: 'github:asked',
    node: 'none',
    lasts: 'once',
  },
  'github-limited-twice-over': {
    does: 'Too many requests at a time: 403 with the words of the secondary limit and Retry-After.',
    point: 'github:asked',
    node: 'none',
    lasts: 'once',
  },
  'github-answer-lost': {
    does: 'The fake GitHub does what one request that changes something asks for, but the connection breaks before its answer.',
    point: 'github:changed',
    node: 'none',
    lasts: 'once',
  },
  'github-token-refused': {
    does: 'The fake GitHub says 401 to every token for as long as the fault is armed, git’s too, as after one was revoked.',
    point: 'github:token',
    node: 'none',
    lasts: 'standing',
  },
  'comment-refused': {
    does: 'Nobody may write or change a comment for as long as the fault is armed: 403.',
    point: 'github:comment',
    node: 'none',
    lasts: 'standing',
  },
  'check-refused': {
    does: 'Nobody may write a check run, a commit status or a deployment for as long as the fault is armed: 403.',
    point: 'github:check',
    node: 'none',
    lasts: 'standing',
  },
  'git-down': {
    does: 'Git over HTTP answers 503 for as long as the fault is armed; the API goes on.',
    point: 'git:asked',
    node: 'none',
    lasts: 'standing',
  },
  'git-behind': {
    does: 'Git over HTTP shows every branch as it was a commit ago, and has nothing newer, for as long as the fault is armed; API and hooks are ahead of it.',
    point: 'git:replica',
    node: 'none',
    lasts: 'standing',
  },
  'git-cut': {
    does: 'The connection breaks in the middle of a pack that git fetches.',
    point: 'git:sending',
    node: 'none',
    lasts: 'once',
  },
  'webhook-lost': {
    does: 'A delivery is never sent; the fake GitHub keeps it as failed, and sends it again only when it is asked to.',
    point: 'webhook:sending',
    node: 'none',
    lasts: 'once',
  },
  'webhook-twice': {
    does: 'A delivery is sent twice, one after the other, with the same id.',
    point: 'webhook:sending',
    node: 'none',
    lasts: 'once',
  },
  'webhook-late': {
    does: 'A delivery is sent after the next one of its hook.',
    point: 'webhook:sending',
    node: 'none',
    lasts: 'once',
  },
  'webhook-forged': {
    does: 'A delivery is signed with another secret.',
    point: 'webhook:sending',
    node: 'none',
    lasts: 'once',
  },
  'webhook-altered': {
    does: 'A delivery’s body is changed on its way, after it was signed.',
    point: 'webhook:sending',
    node: 'none',
    lasts: 'once',
  },
  'webhook-answer-lost': {
    does: 'The fake GitHub hangs up once it has sent a delivery, and keeps it as failed.',
    point: 'webhook:sending',
    node: 'none',
    lasts: 'once',
  },
} as const satisfies Record<string, FaultDescription>;
