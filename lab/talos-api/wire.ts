import path from 'node:path';
import {
  loadSync,
  type MessageTypeDefinition,
  type MethodDefinition,
  type ServiceDefinition,
} from '@grpc/proto-loader';
import { projectRoot } from '../../src/tools/project-root.js';
import { protosFolder } from '../../src/tools/talos-api/protos.js';

/** The protos that Slipway needs, and those that only a machine answers. */
const folders = [protosFolder, path.join(projectRoot, 'lab/talos-api/protos')];

/** Field names stay as in the .proto files, 64-bit numbers and enums are strings, unset fields are omitted. */
const definition = loadSync(
  [
    'machine.proto',
    'storage.proto',
    'image.proto',
    'lifecycle.proto',
    'resource.proto',
    'resource-specs.proto',
  ],
  { includeDirs: folders, keepCase: true, longs: String, enums: String },
);

/** A message by its full name, as bytes. `machine.SequenceEvent` */
export function encode(type: string, message: object): Buffer {
  return messageType(type).serialize(message);
}

/** The message of a full name from its bytes. Throws when they are not such a message. */
export function decode(type: string, bytes: Buffer): object {
  return messageType(type).deserialize(bytes);
}

/** The call of a path like `/machine.MachineService/Upgrade`. Throws when no .proto file has it. */
export function methodAt(requestPath: string): MethodDefinition<object, object> {
  const [, service = '', name = ''] = requestPath.split('/');
  const method = (definition[service] as ServiceDefinition | undefined)?.[name];
  if (method === undefined) throw new Error(`The lab's .proto files have no ${requestPath}.`);
  return method;
}

function messageType(type: string): MessageTypeDefinition<object, object> {
  const found = definition[type];
  if (found === undefined || !('serialize' in found))
    throw new Error(`The lab's .proto files have no message ${type}.`);
  return found as MessageTypeDefinition<object, object>;
}
