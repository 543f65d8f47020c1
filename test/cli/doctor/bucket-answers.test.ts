import { describe, expect, test } from '@jest/globals';
import {
  encryptionAnswer,
  judged,
  lifecycleAnswer,
  privacyAnswer,
  versionsAnswer,
} from '../../../src/cli/doctor/bucket-answers.js';
import { bucketOf, signedHeaders } from '../../../src/tools/terraform/s3-bucket.js';

const rule = (days: number, versions: number, status = 'Enabled'): string =>
  `<Rule><Status>${status}</Status><NoncurrentVersionExpiration><NoncurrentDays>${days}</NoncurrentDays>` +
  `<NewerNoncurrentVersions>${versions}</NewerNoncurrentVersions></NoncurrentVersionExpiration></Rule>`;
const closed = ['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets']
  .map((block) => `<${block}>true</${block}>`)
  .join('');

describe('the settings of a bucket of states', () => {
  test.each<[string, (text: string, bucket: string) => { verdict: string }, string, string]>([
    ['it keeps versions', versionsAnswer, '<Status>Enabled</Status>', 'ok'],
    ['versions are suspended', versionsAnswer, '<Status>Suspended</Status>', 'warn'],
    ['it never kept versions', versionsAnswer, '<VersioningConfiguration/>', 'warn'],
    ['nothing expires', lifecycleAnswer, '', 'ok'],
    ['thirty versions and days', lifecycleAnswer, rule(30, 30), 'ok'],
    ['too few days', lifecycleAnswer, rule(7, 30), 'warn'],
    ['too few versions', lifecycleAnswer, rule(90, 3), 'warn'],
    ['a rule that is off', lifecycleAnswer, rule(1, 1, 'Disabled'), 'ok'],
    ['it encrypts', encryptionAnswer, '<SSEAlgorithm>aws:kms</SSEAlgorithm>', 'ok'],
    ['it does not encrypt', encryptionAnswer, '', 'warn'],
    ['it is closed', privacyAnswer, closed, 'ok'],
    ['one way is open', privacyAnswer, closed.replace('true', 'false'), 'warn'],
    ['all ways are open', privacyAnswer, '', 'warn'],
  ])('%s', (_, judge, text, verdict) => {
    expect(judge(text, 'states').verdict).toBe(verdict);
  });

  test.each([
    ['it has none', { status: 404, text: '<Code>NoSuchLifecycleConfiguration</Code>' }, 'ok'],
    ['there is no bucket', { status: 404, text: '<Code>NoSuchBucket</Code>' }, 'not-asked'],
    ['it is forbidden', { status: 403, text: '<Code>AccessDenied</Code>' }, 'not-asked'],
    ['the server does not know it', { status: 501, text: '<Code>NotImplemented</Code>' }, 'not-asked'],
    ['no server answers', undefined, 'not-asked'],
  ])('a failed request: %s', (_, answer, verdict) => {
    expect(judged(answer, 'states', lifecycleAnswer).verdict).toBe(verdict);
  });
});

describe('the bucket of a backend', () => {
  const keys = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' };
  const config = { bucket: 'states', region: 'us-east-1' };

  test('is at AWS, or at a custom endpoint', () => {
    expect(bucketOf(config, keys)).toMatchObject({ endpoint: 'https://s3.us-east-1.amazonaws.com' });
    const own = { ...config, endpoints: { s3: 'https://minio.example:9000' } };
    expect(bucketOf(own, keys)).toMatchObject({ endpoint: 'https://minio.example:9000' });
    expect(bucketOf({ ...config, endpoint: 'https://old.example' }, keys)?.endpoint).toBe(
      'https://old.example',
    );
  });

  test('is not asked without keys, or with the keys of another user', () => {
    expect(bucketOf(config, {})).toBeUndefined();
    expect(bucketOf({ ...config, profile: 'ops' }, keys)).toBeUndefined();
    expect(bucketOf({ ...config, assume_role: [{}] }, keys)).toBeUndefined();
  });

  // "Example: GET Bucket Lifecycle" of "Authenticating Requests: Using the Authorization Header", Amazon S3 API Reference.
  test('is asked with a signature as in the example from AWS', () => {
    const bucket = {
      name: 'examplebucket',
      region: 'us-east-1',
      endpoint: 'https://examplebucket.s3.amazonaws.com',
      accessKey: 'AKIAIOSFODNN7EXAMPLE',
      secretKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    };
    const headers = signedHeaders(bucket, {
      method: 'GET',
      url: new URL('https://examplebucket.s3.amazonaws.com/'),
      query: 'lifecycle=',
      body: '',
      at: new Date('2013-05-24T00:00:00Z'),
    });
    expect(headers['authorization']).toMatch(
      /Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543$/,
    );
  });
});
