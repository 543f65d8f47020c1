import { describe as group, expect, test } from '@jest/globals';
import { bearer, isOwnHost, tokenGate, UnfitToken } from '../../src/page/access.js';
import { PageSettings, unfit } from '../../src/page/settings.js';

const [one, other] = ['first-token-of-the-page', 'second-token-of-the-page'] as const;
const hour = 3_600_000;

group('tokens', () => {
  test('give access to anyone with one of them, with or without a line break at the end of the file', () => {
    const gate = tokenGate([`${one}\n`, other]);
    expect([one, other].map((text) => gate.isToken(text))).toEqual([true, true]);
    expect(['', `${one}x`, one.slice(1), one.toUpperCase()].map((text) => gate.isToken(text))).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });

  test('that can be guessed are refused, and not quoted', () => {
    expect(() => tokenGate([one, 'short-secret'])).toThrow(UnfitToken);
    expect(() => tokenGate([one, 'short-secret'])).toThrow(/at least 20 characters: openssl/);
    expect(() => tokenGate(['short-secret'])).not.toThrow(/short-secret/);
  });
});

group('a browser that is logged in', () => {
  const gate = tokenGate([one]);
  const { value, seconds } = gate.session(0 + 10 ** 12);

  test('stays logged in for half a day, and stores no token', () => {
    expect(seconds).toBe(12 * 3_600);
    expect(value).not.toContain(one);
    expect(gate.isSession(value, 10 ** 12 + 11 * hour)).toBe(true);
    expect(gate.isSession(value, 10 ** 12 + 12 * hour)).toBe(false);
  });

  test('stays logged in while its token is the old one of two, and not after its removal', () => {
    expect(tokenGate([other, one]).isSession(value, 10 ** 12)).toBe(true);
    expect(tokenGate([other]).isSession(value, 10 ** 12)).toBe(false);
  });

  test.each([
    ['a later end', value.replace(/^\d/, '9')],
    ['another signature', value.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))],
    ['no signature', value.split('.')[0] ?? ''],
    ['nothing', ''],
    ['the token itself', one],
  ])('gets no access with %s', (_, forged) => {
    expect(gate.isSession(forged, 10 ** 12)).toBe(false);
  });
});

group('the host name of a request', () => {
  test.each(['localhost', 'localhost:8801', '127.0.0.1:8801', '10.20.67.1', '[::1]:8801', 'LOCALHOST.'])(
    "%s is the page's own",
    (host) => expect(isOwnHost(host, [])).toBe(true),
  );

  test.each([
    undefined,
    '',
    'evil.example.org',
    'evil.example.org:8801',
    'localhost.evil.example.org',
    '127.0.0.1.evil.example.org',
    'evil.example.org@127.0.0.1',
    '[evil]',
    '1.2.3',
  ])('%s is not', (host) => expect(isOwnHost(host, [])).toBe(false));

  test('may be any that the settings name, in any spelling', () => {
    const hosts = PageSettings.parse({ hosts: ['Slipway.example.org'] }).hosts;
    expect(isOwnHost('slipway.EXAMPLE.org:443', hosts)).toBe(true);
    expect(isOwnHost('other.example.org', hosts)).toBe(false);
  });
});

test('a bearer is read from its header', () => {
  expect(bearer(`Bearer ${one}`)).toBe(one);
  expect(bearer(`bearer  ${one}`)).toBe(one);
  expect([bearer(undefined), bearer('Basic YTpi'), bearer(`Bearer ${one} x`)]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

group('settings', () => {
  const parse = (settings: unknown) => PageSettings.parse(settings);

  test('are loopback only, unless they configure access', () => {
    expect(unfit(parse({}), '127.0.0.1')).toBeUndefined();
    expect(unfit(parse({}), '::1')).toBeUndefined();
    expect(unfit(parse({}), '0.0.0.0')).toMatch(/0\.0\.0\.0 can be reached from elsewhere/);
    expect(unfit(parse({}), '10.20.67.9')).toMatch(/name tokens/);
    expect(unfit(parse({ access: { tokens: [{ env: 'PAGE_TOKEN' }] } }), '0.0.0.0')).toBeUndefined();
  });

  test('behind a proxy name the host names of the page', () => {
    expect(unfit(parse({ access: { proxy: true } }), '127.0.0.1')).toMatch(/names it is reached by: hosts/);
    const named = parse({ access: { proxy: true }, hosts: ['slipway.example.org'] });
    expect(unfit(named, '0.0.0.0')).toBeUndefined();
  });

  test.each([
    ['a token that is written down', { access: { tokens: ['abcdefghijklmnopqrstuvwxyz'] } }],
    ['three tokens', { access: { tokens: [{ env: 'A' }, { env: 'B' }, { env: 'C' }] } }],
    ['a host with a port', { hosts: ['slipway.example.org:443'] }],
    ['an address as a host', { hosts: ['10.1.2.3'] }],
    ['a time zone that is none', { timeZone: 'Moon/Sea' }],
    ['what nobody knows', { acces: 'loopback' }],
  ])('are refused with %s', (_, settings) => {
    expect(PageSettings.safeParse(settings).success).toBe(false);
  });
});
