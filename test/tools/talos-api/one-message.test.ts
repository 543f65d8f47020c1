import { expect, test } from '@jest/globals';
import { apiAddress } from '../../../src/tools/talos-api/api-address.js';
import { oneMessage } from '../../../src/tools/talos-api/one-message.js';

const target = { node: '10.0.0.1', endpoint: '10.0.0.2' };
const metadata = { hostname: '10.0.0.1', error: '', status: null };

test('a message of a node that answered is its answer', () => {
  const message = { metadata, services: ['etcd'] };
  expect(oneMessage('ServiceList', target, [message])).toBe(message);
  expect(oneMessage('ServiceList', target, [{ metadata: null }])).toEqual({ metadata: null });
});

test('an error among merged answers is an error, and no empty answer', () => {
  const error = 'rpc error: code = Unavailable desc = connection refused';
  const said = { code: 14, message: 'connection refused' };
  const look = (message: object) => () => oneMessage('ServiceList', target, [message as { metadata: null }]);
  expect(look({ metadata: { ...metadata, error, status: said } })).toThrow(
    'the Talos API of 10.0.0.1 through 10.0.0.2, ServiceList: connection refused',
  );
  expect(look({ metadata: { ...metadata, error } })).toThrow(/ServiceList: connection refused$/);
});

test('no message at all is an error too', () => {
  expect(() => oneMessage('EtcdStatus', target, [])).toThrow('EtcdStatus: its answer is empty');
});

test.each([
  ['10.0.0.11', '10.0.0.11:50000'],
  ['10.0.0.11:6000', '10.0.0.11:6000'],
  ['talos.example', 'talos.example:50000'],
  ['talos.example:6000', 'talos.example:6000'],
  ['fd00::11', '[fd00::11]:50000'],
  ['[fd00::11]:6000', '[fd00::11]:6000'],
])('the endpoint %s is dialled at %s', (endpoint, address) => {
  expect(apiAddress(endpoint)).toBe(address);
});
