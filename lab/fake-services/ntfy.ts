import { randomBytes } from 'node:crypto';
import { Kept } from './kept.js';
import { NTFY_LIMITS, NtfyRefusal, messageOf, type NtfyMessage } from './ntfy-message.js';
import {
  startService,
  type RunningService,
  type ServiceAnswer,
  type ServiceParts,
  type ServiceRequest,
} from './fake-service.js';
import { Bucket, Windows } from './window.js';

/**
 * Limits per visitor: https://docs.ntfy.sh/config/#rate-limiting, and the daily limit of ntfy.sh: https://docs.ntfy.sh/publish/#limitations
 */
const REQUESTS = { burst: 60, secondsEach: 5 };
const MESSAGES = { requests: 250, seconds: 24 * 60 * 60 };

/** How long a message is stored for offline subscribers. */
const KEPT_SECONDS = 12 * 60 * 60;

/** A published message. */
export interface NtfyPublished extends NtfyMessage {
  readonly id: string;
  readonly at: string;
  /** It was too long: subscribers see a file. */
  readonly asFile: boolean;
}

/** A request and its answer. */
export interface NtfyRequest {
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

/** Whether this server accepts files, as ntfy.sh does. */
export interface NtfyOptions {
  readonly files?: boolean;
}

/** An ntfy server. */
export interface FakeNtfy extends RunningService {
  /** A new token for a topic; from then on publishing there requires a token. */
  token(topic: string): string;
  revoke(token: string): void;
  /** The published messages, oldest first; the last thousands. */
  messages(topic?: string): readonly NtfyPublished[];
  received(): readonly NtfyRequest[];
}

/** Starts an ntfy server. */
export async function startNtfy(parts: ServiceParts, { files = false }: NtfyOptions = {}): Promise<FakeNtfy> {
  const { now } = parts;
  const topics = new Map<string, string>();
  const protectedTopics = new Set<string>();
  const published = new Kept<NtfyPublished>();
  const asked = new Kept<NtfyRequest>();
  const requests = new Bucket(REQUESTS, now);
  const daily = new Windows(MESSAGES, now);

  const permit = (request: ServiceRequest, topic: string): void => {
    const token = tokenIn(request);
    if (token !== '' && !topics.has(token)) throw new NtfyRefusal(401, 40_101, 'unauthorized');
    const may = !protectedTopics.has(topic) || topics.get(token) === topic;
    if (!may || request.refused) throw new NtfyRefusal(403, 40_301, 'forbidden');
  };
  const publish = (request: ServiceRequest): ServiceAnswer => {
    if (request.fault || !requests.take('visitor'))
      throw new NtfyRefusal(429, 42_901, 'limit reached: too many requests, please be nice');
    const message = messageOf(request);
    permit(request, message.topic);
    const asFile = Buffer.byteLength(message.message) > NTFY_LIMITS.message;
    if (asFile && !files) throw new NtfyRefusal(400, 40_014, 'invalid request: attachments not allowed');
    if (!daily.use('visitor').allowed) throw new NtfyRefusal(429, 42_908, 'limit reached: too many messages');
    const one = publishedNow(message, asFile, now());
    published.add(one);
    return { status: 200, body: shapeOf(one), taken: true };
  };
  const answer = (request: ServiceRequest): ServiceAnswer => {
    if (request.method === 'GET' && request.url.pathname === '/v1/health')
      return { status: 200, body: { healthy: true } };
    try {
      return publish(request);
    } catch (error) {
      if (!(error instanceof NtfyRefusal)) throw error;
      const { code, status: http, message } = error;
      return { status: http, body: { code, http, error: message } };
    }
  };

  const fakeService = await startService('ntfy', parts, (request) => {
    const answered = answer(request);
    asked.add({ method: request.method, path: request.url.pathname, status: answered.status });
    return answered;
  });
  return {
    ...fakeService,
    token: (topic) => {
      const token = `tk_${randomBytes(18).toString('hex').slice(0, 29)}`;
      topics.set(token, topic);
      protectedTopics.add(topic);
      return token;
    },
    revoke: (token) => {
      topics.delete(token);
    },
    messages: (topic) => published.all.filter((message) => topic === undefined || message.topic === topic),
    received: () => asked.all,
  };
}

function publishedNow(message: NtfyMessage, asFile: boolean, at: Date): NtfyPublished {
  const id = randomBytes(9).toString('base64url').replaceAll(/[-_]/g, 'x');
  return { ...message, message: message.message || 'triggered', id, at: at.toISOString(), asFile };
}

/** https://docs.ntfy.sh/subscribe/api/#json-message-format */
function shapeOf(one: NtfyPublished): object {
  const seconds = Math.floor(Date.parse(one.at) / 1000);
  return {
    id: one.id,
    ...(one.sequence === '' ? {} : { sequence_id: one.sequence }),
    time: seconds,
    expires: seconds + KEPT_SECONDS,
    event: 'message',
    topic: one.topic,
    ...(one.title === '' ? {} : { title: one.title }),
    message: one.asFile ? 'You received a file: attachment.txt' : one.message,
    ...(one.priority === 3 ? {} : { priority: one.priority }),
    ...(one.tags.length === 0 ? {} : { tags: one.tags }),
  };
}

/** As bearer, or as the password of an empty user: https://docs.ntfy.sh/publish/#access-tokens */
function tokenIn({ headers, url }: ServiceRequest): string {
  const inQuery = Buffer.from(url.searchParams.get('auth') ?? '', 'base64url').toString('utf8');
  const [scheme = '', value = ''] = (headers['authorization'] ?? inQuery).split(' ');
  if (scheme.toLowerCase() === 'bearer') return value;
  if (scheme.toLowerCase() !== 'basic') return '';
  const basic = Buffer.from(value, 'base64').toString('utf8');
  return basic.slice(basic.indexOf(':') + 1);
}
