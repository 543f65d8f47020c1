import type { FaultDescription } from '../faults/catalogue.js';

/** The forge's part of the fault catalogue. None belongs to a machine. */
export const forgeFaults = {
  'forge-unreachable': {
    does: 'Connections to the forge break for as long as the fault is armed, git’s too.',
    point: 'forge:connected',
    node: 'none',
    lasts: 'standing',
  },
  'forge-down': {
    does: 'The forge’s API answers 503 with a page for people for as long as the fault is armed; git goes on.',
    point: 'forge:up',
    node: 'none',
    lasts: 'standing',
  },
  'forge-hangs': {
    does: 'The forge’s API takes requests and does not answer for as long as the fault is armed.',
    point: 'forge:waiting',
    node: 'none',
    lasts: 'standing',
  },
  'forge-slow': {
    does: 'The forge’s API takes its time for one answer.',
    point: 'forge:asked',
    node: 'none',
    lasts: 'once',
  },
  'forge-error': {
    does: 'The forge’s API answers 500 to one request, and has done nothing.',
    point: 'forge:asked',
    node: 'none',
    lasts: 'once',
  },
  'forge-limited': {
    does: 'The hour’s requests are used up: 403 with x-ratelimit-remaining 0 and the time of the next hour, a second away.',
    point: 'forge:asked',
    node: 'none',
    lasts: 'once',
  },
  'forge-limited-twice-over': {
    does: 'Too many requests at a time: 403 with the words of the secondary limit and Retry-After.',
    point: 'forge:asked',
    node: 'none',
    lasts: 'once',
  },
  'forge-answer-lost': {
    does: 'The forge does what one request that changes something asks for, but the connection breaks before its answer.',
    point: 'forge:changed',
    node: 'none',
    lasts: 'once',
  },
  'forge-token-refused': {
    does: 'The forge says 401 to every token for as long as the fault is armed, git’s too, as after one was revoked.',
    point: 'forge:token',
    node: 'none',
    lasts: 'standing',
  },
  'comment-refused': {
    does: 'Nobody may write or change a comment for as long as the fault is armed: 403.',
    point: 'forge:comment',
    node: 'none',
    lasts: 'standing',
  },
  'check-refused': {
    does: 'Nobody may write a check run, a commit status or a deployment for as long as the fault is armed: 403.',
    point: 'forge:check',
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
    does: 'A delivery is never sent; the forge keeps it as failed, and sends it again only when it is asked to.',
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
    does: 'The forge hangs up once it has sent a delivery, and keeps it as failed.',
    point: 'webhook:sending',
    node: 'none',
    lasts: 'once',
  },
} as const satisfies Record<string, FaultDescription>;
