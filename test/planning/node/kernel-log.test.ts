import { describe, expect, test } from '@jest/globals';
import { installedInThisBoot, nothingInstalledSince } from '../../../src/planning/node/kernel-log.js';

const image = 'factory.talos.dev/nocloud-installer/99:v1.13.9';
const line = (text: string): string => `kern:    info: [2026-11-22T08:00:00.000000000Z]: [talos] ${text}`;

describe('the kernel log of a boot', () => {
  test.each([
    ['nothing was installed', [line('service[kubelet](Running): Health check successful')], undefined],
    ['an installer was started', [line(`starting upgrade: installer_image=${image}, disk=/dev/sda`)], image],
    [
      'one failed and another was started: the last one counts',
      [
        line('starting upgrade: installer_image=old:v1.13.2, disk=/dev/sda'),
        line('upgrade failed: exit_code=1'),
        line(`starting upgrade: installer_image=${image}, disk=/dev/sda`),
      ],
      image,
    ],
    ['a legacy upgrade says something else', [line('upgrade request received: staged false')], undefined],
  ])('%s', (_name, lines, expected) => expect(installedInThisBoot(lines.join('\n'))).toBe(expected));
});

describe('that nothing was installed', () => {
  const at = (time: string, text: string): string => `kern:    info: [${time}]: ${text}`;
  const since = Date.parse('2026-11-22T08:30:00Z');
  const begins = at('2026-11-22T08:25:00.000000000Z', 'Linux version 6.12.48-talos');
  const other = (time: string): string =>
    at(time, '[talos] service[kubelet](Running): Health check successful');
  const started = at(
    '2026-11-22T08:31:00Z',
    `[talos] starting upgrade: installer_image=${image}, disk=/dev/sda`,
  );

  test.each<[string, string[], boolean]>([
    ['by a log from the first line of the kernel on', [begins, other('2026-11-22T08:32:00Z')], true],
    ['by one that reaches back far enough', [other('2026-11-22T08:10:00.5Z')], true],
    ['not by one that has lost what came before', [other('2026-11-22T08:29:00Z')], false],
    ['not by one of which the clock may be wrong', [other('2026-11-22T08:25:00Z')], false],
    ['not where an installer was started', [begins, started], false],
    ['not by a log without times', ['[talos] something'], false],
    ['not by an empty one', [], false],
  ])('is shown %s', (_what, lines, shown) =>
    expect(nothingInstalledSince(lines.join('\n'), since)).toBe(shown),
  );
});
