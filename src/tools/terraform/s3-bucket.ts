import { createHash, createHmac } from 'node:crypto';

/** A bucket, and the credential for it. */
export interface Bucket {
  readonly name: string;
  readonly region: string;
  /** Base URL of the server: `https://s3.eu-central-1.amazonaws.com`. The bucket is in the path. */
  readonly endpoint: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly sessionToken?: string;
}

export interface BucketAnswer {
  readonly status: number;
  /** XML. */
  readonly text: string;
}

/** A larger answer is not from an S3 server. */
const answerMax = 64 * 1024;

/**
 * Reads a setting of a bucket: `versioning`, `encryption`. This covers the small part of S3 that Slipway needs without an SDK.
 *
 * @param more for tests: another method, with a body.
 * @throws Error when the server does not respond.
 */
export async function askBucket(
  bucket: Bucket,
  setting: string,
  { signal, method = 'GET', body = '' }: { signal?: AbortSignal; method?: 'GET' | 'PUT'; body?: string } = {},
): Promise<BucketAnswer> {
  const url = new URL(`/${encodeURIComponent(bucket.name)}`, bucket.endpoint);
  const response = await fetch(`${url.href}?${setting}=`, {
    method,
    headers: signedHeaders(bucket, { method, url, query: `${setting}=`, body, at: new Date() }),
    redirect: 'manual',
    ...(body === '' ? {} : { body }),
    ...(signal ? { signal } : {}),
  });
  return { status: response.status, text: (await response.text()).slice(0, answerMax) };
}

interface Request {
  readonly method: string;
  readonly url: URL;
  readonly query: string;
  readonly body: string;
  readonly at: Date;
}

/** Signature version 4, as AWS describes it ("Create a signed AWS API request"). Every S3 server accepts it. */
export function signedHeaders(
  bucket: Bucket,
  { method, url, query, body, at }: Request,
): Record<string, string> {
  const time = at.toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const day = time.slice(0, 8);
  const headers: Record<string, string> = {
    host: url.host,
    'x-amz-content-sha256': sha256(body),
    'x-amz-date': time,
    ...(bucket.sessionToken === undefined ? {} : { 'x-amz-security-token': bucket.sessionToken }),
  };
  const names = Object.keys(headers).toSorted();
  const signed = names.join(';');
  const lines = names.map((name) => `${name}:${headers[name]}\n`).join('');
  const request = [method, url.pathname, query, lines, signed, sha256(body)].join('\n');
  const scope = [day, bucket.region, 's3', 'aws4_request'];
  const text = ['AWS4-HMAC-SHA256', time, scope.join('/'), sha256(request)].join('\n');
  let key: string | Buffer = `AWS4${bucket.secretKey}`;
  for (const part of scope) key = createHmac('sha256', key).update(part).digest();
  const signature = createHmac('sha256', key).update(text).digest('hex');
  const { host: _host, ...sent } = headers;
  return {
    ...sent,
    authorization: `AWS4-HMAC-SHA256 Credential=${bucket.accessKey}/${scope.join('/')}, SignedHeaders=${signed}, Signature=${signature}`,
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The bucket of a backend `s3`; undefined where its credentials are not named explicitly: a profile, a role. */
export function bucketOf(
  config: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string>>,
): Bucket | undefined {
  const text = (value: unknown): string | undefined =>
    typeof value === 'string' && value !== '' ? value : undefined;
  const endpoints = config['endpoints'];
  const own =
    typeof endpoints === 'object' && endpoints !== null && 's3' in endpoints ? endpoints.s3 : undefined;
  const name = text(config['bucket']);
  const region = text(config['region']) ?? env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'];
  const accessKey = text(config['access_key']) ?? env['AWS_ACCESS_KEY_ID'];
  const secretKey = text(config['secret_key']) ?? env['AWS_SECRET_ACCESS_KEY'];
  const sessionToken = text(config['token']) ?? env['AWS_SESSION_TOKEN'];
  if (name === undefined || region === undefined || accessKey === undefined || secretKey === undefined)
    return undefined;
  if (config['assume_role'] || config['assume_role_with_web_identity'] || config['profile']) return undefined;
  const endpoint =
    text(own) ??
    text(config['endpoint']) ??
    env['AWS_ENDPOINT_URL_S3'] ??
    env['AWS_ENDPOINT_URL'] ??
    `https://s3.${region}.amazonaws.com`;
  return {
    name,
    region,
    endpoint,
    accessKey,
    secretKey,
    ...(sessionToken === undefined ? {} : { sessionToken }),
  };
}
