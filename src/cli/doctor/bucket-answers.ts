import { askBucket, type Bucket, type BucketAnswer } from '../../tools/terraform/s3-bucket.js';
import type { Answer, NamedAnswer } from './check.js';

/** How many versions a bucket of Terraform states must keep, and for how many days each. */
const versionsMin = 30;
const daysMin = 30;
const askMs = 10_000;

interface Question {
  readonly what: string;
  /** As S3 calls it in a URL. */
  readonly setting: string;
  /** @param text the answer, or '' where the bucket has no such setting. */
  readonly judge: (text: string, bucket: string) => Answer;
}

const questions: readonly Question[] = [
  { what: 'versions', setting: 'versioning', judge: versionsAnswer },
  { what: 'old versions', setting: 'lifecycle', judge: lifecycleAnswer },
  { what: 'encryption', setting: 'encryption', judge: encryptionAnswer },
  { what: 'privacy', setting: 'publicAccessBlock', judge: privacyAnswer },
];

/** The settings of a backend's bucket, read with Terraform's own credentials. Nothing is changed. */
export async function bucketAnswers(bucket: Bucket, signal: AbortSignal): Promise<NamedAnswer[]> {
  return Promise.all(
    questions.map(async ({ what, setting, judge }): Promise<NamedAnswer> => {
      const within = AbortSignal.any([signal, AbortSignal.timeout(askMs)]);
      const answer = await askBucket(bucket, setting, { signal: within }).catch(() => undefined);
      return { what: `bucket, ${what}`, ...judged(answer, bucket.name, judge) };
    }),
  );
}

/** @param answer undefined: the server did not answer. */
export function judged(
  answer: BucketAnswer | undefined,
  bucket: string,
  judge: (text: string, bucket: string) => Answer,
): Answer {
  if (answer?.status === 200) return judge(answer.text, bucket);
  // `NoSuchLifecycleConfiguration`, `ServerSideEncryptionConfigurationNotFoundError`: it has none. `init` already reports a missing bucket.
  if (answer?.status === 404 && !answer.text.includes('NoSuchBucket')) return judge('', bucket);
  const code = /<Code>(\w+)<\/Code>/.exec(answer?.text ?? '')?.[1];
  const why =
    answer === undefined ? 'it does not answer' : `status ${answer.status}${code ? `, ${code}` : ''}`;
  return { verdict: 'not-asked', says: `The server does not show it to these credentials: ${why}.` };
}

export function versionsAnswer(text: string, bucket: string): Answer {
  if (/<Status>Enabled<\/Status>/.test(text))
    return { verdict: 'ok', says: 'Each state that is written is kept.' };
  return {
    verdict: 'warn',
    says: 'It keeps no versions, so a state that was spoilt is lost to the bucket.',
    type: [`aws s3api put-bucket-versioning --bucket ${bucket} --versioning-configuration Status=Enabled`],
  };
}

export function lifecycleAnswer(text: string, bucket: string): Answer {
  const rules = [...text.matchAll(/<Rule>([^]*?)<\/Rule>/g)].map(([, rule = '']) => rule);
  const enabled = rules.filter((rule) => /<Status>Enabled<\/Status>/.test(rule));
  const expiring = enabled.flatMap((rule) => {
    const days = /<NoncurrentDays>(\d+)</.exec(rule)?.[1];
    const versions = /<NewerNoncurrentVersions>(\d+)</.exec(rule)?.[1];
    return days === undefined ? [] : [{ days: Number(days), versions: Number(versions ?? 0) }];
  });
  // S3 removes a noncurrent version only when it is old enough and enough newer versions exist.
  const short = expiring.find(({ days, versions }) => days < daysMin || versions < versionsMin);
  if (!short) return { verdict: 'ok', says: 'No rule removes them early.' };
  return {
    verdict: 'warn',
    says: `A rule removes them after ${short.days} days but for the last ${short.versions}: ${versionsMin} and ${daysMin} days are asked for.`,
    type: [`aws s3api get-bucket-lifecycle-configuration --bucket ${bucket}`],
  };
}

export function encryptionAnswer(text: string, bucket: string): Answer {
  const by = /<SSEAlgorithm>([\w:]+)</.exec(text)?.[1];
  if (by !== undefined) return { verdict: 'ok', says: `It encrypts what it keeps (${by}).` };
  return {
    verdict: 'warn',
    says: 'It encrypts nothing automatically, and a state holds secrets in clear.',
    type: [
      `aws s3api put-bucket-encryption --bucket ${bucket} --server-side-encryption-configuration '{"Rules":[{"ApplyServerSideEncryptionByDefault":{"SSEAlgorithm":"AES256"}}]}'`,
    ],
  };
}

export function privacyAnswer(text: string, bucket: string): Answer {
  const blocks = ['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets'];
  const open = blocks.filter((block) => !text.includes(`<${block}>true</${block}>`));
  if (open.length === 0) return { verdict: 'ok', says: 'It is closed to the public.' };
  return {
    verdict: 'warn',
    says: `It may be opened to the public: it does not say ${open.join(', ')}.`,
    type: [
      `aws s3api put-public-access-block --bucket ${bucket} --public-access-block-configuration ${blocks.map((block) => `${block}=true`).join(',')}`,
    ],
  };
}
