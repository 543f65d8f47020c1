import path from 'node:path';
import { loadSync, type MethodDefinition, type ServiceDefinition } from '@grpc/proto-loader';
import { projectRoot } from '../project-root.js';

/** The folder of the .proto files; they import one another by name. */
export const protosFolder = path.join(projectRoot, 'src/tools/talos-api/protos');

let loaded: Record<string, unknown> | undefined;

/**
 * A call of Talos' API by its path, `/machine.MachineService/Version`. Field names are those of the .proto files, 64-bit numbers and enums
 * are strings, and unset fields are empty (a message: null).
 */
export function methodAt(requestPath: string): MethodDefinition<object, object> {
  loaded ??= loadSync(['machine.proto', 'resource.proto'], {
    includeDirs: [protosFolder],
    keepCase: true,
    longs: String,
    enums: String,
    defaults: true,
  });
  const [, service = '', name = ''] = requestPath.split('/');
  const method = (loaded[service] as ServiceDefinition | undefined)?.[name];
  if (method === undefined) throw new Error(`The .proto files have no ${requestPath}.`);
  return method;
}
