import { describe, expect, it } from '@jest/globals';
import { createClusterCertificates, expiredYesterday, type Validity } from '../../lab/certificates.js';
import { usableUntil } from '../../src/tools/connection-life.js';

const certificates = createClusterCertificates({
  machines: [],
  vip: { address: '127.0.0.9', loopback: '127.0.0.9' },
  apiServer: '127.0.0.1',
});

describe('a connection may be used', () => {
  const now = Date.now();
  const fiveMinutes = 300_000;
  const minutes = (count: number): Date => new Date(now + count * 60_000);
  const client = (validity?: Validity): string =>
    certificates.talos.client(['os:reader'], validity).certificate;

  it('for five minutes', () => {
    expect(usableUntil(now, client())).toBe(now + fiveMinutes);
    expect(usableUntil(now, undefined)).toBe(now + fiveMinutes);
    expect(usableUntil(now, 'no certificate')).toBe(now + fiveMinutes);
  });

  it('not longer than its certificate is good', () => {
    const until = minutes(2);
    const last = usableUntil(now, client({ notBefore: minutes(-9), notAfter: until }));
    // A certificate has whole seconds.
    expect(last).toBe(Math.floor(until.getTime() / 1_000) * 1_000);
    expect(usableUntil(now, client(expiredYesterday()))).toBeLessThan(now);
  });
});
