import { status } from '@grpc/grpc-js';
import { describe, expect, test } from '@jest/globals';
import { failedAnswer, namedAnswer, namedStreamMessage } from '../../../lab/talos-api/merged-answer.js';
import { TalosError } from '../../../lab/talos-api/talos-error.js';
import { decode, encode } from '../../../lab/talos-api/wire.js';

describe('merged answers', () => {
  test('each message carries the machine it is from, whatever its length', () => {
    const long = 'x'.repeat(300);
    const answers = ['short', long].map((ack) => encode('machine.UpgradeResponse', { messages: [{ ack }] }));
    const merged = Buffer.concat(
      answers.map((answer, index) => namedAnswer(answer, `10.20.67.${index + 1}`)),
    );
    expect(decode('machine.UpgradeResponse', merged)).toEqual({
      messages: [
        { metadata: { hostname: '10.20.67.1' }, ack: 'short' },
        { metadata: { hostname: '10.20.67.2' }, ack: long },
      ],
    });
  });

  test('a failure stands among the answers with its status', () => {
    const failure = failedAnswer(new TalosError(status.DEADLINE_EXCEEDED, 'too late'), '10.20.67.3');
    const error = 'rpc error: code = DeadlineExceeded desc = too late';
    expect(decode('machine.VersionResponse', failure)).toEqual({
      messages: [{ metadata: { hostname: '10.20.67.3', error, status: { code: 4, message: 'too late' } } }],
    });
  });

  test('a message of a stream is named too', () => {
    const message = namedStreamMessage(encode('common.Data', { bytes: Buffer.from('line') }), '10.20.67.1');
    expect(decode('common.Data', message)).toMatchObject({
      metadata: { hostname: '10.20.67.1' },
      bytes: Buffer.from('line'),
    });
  });
});
