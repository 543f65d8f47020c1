import type { FaultDescription } from '../faults/catalogue.js';

/** The fake services' part of the fault catalogue. None is tied to a machine. */
export const serviceFaults = {
  'discord-down': {
    does: 'Discord answers 503 with a page for people for as long as the fault is armed.',
    point: 'discord:up',
    node: 'none',
    lasts: 'standing',
  },
  'discord-hangs': {
    does: 'Discord takes requests and does not answer for as long as the fault is armed.',
    point: 'discord:waiting',
    node: 'none',
    lasts: 'standing',
  },
  'discord-limited': {
    does: 'Discord answers 429 to one request, with retry_after.',
    point: 'discord:asked',
    node: 'none',
    lasts: 'once',
  },
  'discord-answer-lost': {
    does: 'Discord takes a message, but the connection breaks before its answer.',
    point: 'discord:taken',
    node: 'none',
    lasts: 'once',
  },
  'discord-refuses': {
    does: 'Discord says that the webhook does not exist for as long as the fault is armed, as after somebody deleted it.',
    point: 'discord:known',
    node: 'none',
    lasts: 'standing',
  },
  'ntfy-down': {
    does: 'The ntfy server answers 503 with a page for people for as long as the fault is armed.',
    point: 'ntfy:up',
    node: 'none',
    lasts: 'standing',
  },
  'ntfy-hangs': {
    does: 'The ntfy server takes requests and does not answer for as long as the fault is armed.',
    point: 'ntfy:waiting',
    node: 'none',
    lasts: 'standing',
  },
  'ntfy-limited': {
    does: 'The ntfy server answers 429 to one request, and does not say how long to wait.',
    point: 'ntfy:asked',
    node: 'none',
    lasts: 'once',
  },
  'ntfy-answer-lost': {
    does: 'The ntfy server takes a message, but the connection breaks before its answer.',
    point: 'ntfy:taken',
    node: 'none',
    lasts: 'once',
  },
  'ntfy-refuses': {
    does: 'The ntfy server answers 403 for as long as the fault is armed, as after the token lost its topic.',
    point: 'ntfy:known',
    node: 'none',
    lasts: 'standing',
  },
  'slack-down': {
    does: 'Slack answers 503 with a page for people for as long as the fault is armed.',
    point: 'slack:up',
    node: 'none',
    lasts: 'standing',
  },
  'slack-hangs': {
    does: 'Slack takes requests and does not answer for as long as the fault is armed.',
    point: 'slack:waiting',
    node: 'none',
    lasts: 'standing',
  },
  'slack-limited': {
    does: 'Slack answers 429 to one request, with Retry-After.',
    point: 'slack:asked',
    node: 'none',
    lasts: 'once',
  },
  'slack-answer-lost': {
    does: 'Slack takes a message, but the connection breaks before its answer.',
    point: 'slack:taken',
    node: 'none',
    lasts: 'once',
  },
  'slack-refuses': {
    does: 'Slack refuses webhook and token for as long as the fault is armed, as after the app was removed.',
    point: 'slack:known',
    node: 'none',
    lasts: 'standing',
  },
  'webhook-receiver-down': {
    does: 'The receiver of signed webhooks answers 503 for as long as the fault is armed.',
    point: 'webhook-receiver:up',
    node: 'none',
    lasts: 'standing',
  },
  'webhook-receiver-hangs': {
    does: 'The receiver of signed webhooks takes requests and does not answer for as long as the fault is armed.',
    point: 'webhook-receiver:waiting',
    node: 'none',
    lasts: 'standing',
  },
  'webhook-receiver-limited': {
    does: 'The receiver of signed webhooks answers 429 to one request, with Retry-After.',
    point: 'webhook-receiver:asked',
    node: 'none',
    lasts: 'once',
  },
  'webhook-receiver-answer-lost': {
    does: 'The receiver of signed webhooks takes a message, but the connection breaks before its answer.',
    point: 'webhook-receiver:taken',
    node: 'none',
    lasts: 'once',
  },
  'webhook-receiver-redirects': {
    does: 'The receiver of signed webhooks sends whoever asks to another address for as long as the fault is armed.',
    point: 'webhook-receiver:known',
    node: 'none',
    lasts: 'standing',
  },
} as const satisfies Record<string, FaultDescription>;
