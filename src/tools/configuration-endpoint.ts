import { parseAllDocuments } from 'yaml';
import { isRecord } from './record.js';

/**
 * The cluster endpoint in a machine configuration, `https://10.0.0.20:6443`: a new machine joins through it. Undefined where the
 * configuration names none, or an invalid one.
 */
export function endpointIn(text: string): URL | undefined {
  for (const document of parseAllDocuments(text)) {
    const contents: unknown = document.errors.length > 0 ? undefined : document.toJS();
    const cluster = isRecord(contents) ? contents['cluster'] : undefined;
    const controlPlane = isRecord(cluster) ? cluster['controlPlane'] : undefined;
    const endpoint = isRecord(controlPlane) ? controlPlane['endpoint'] : undefined;
    if (typeof endpoint === 'string' && URL.canParse(endpoint)) return new URL(endpoint);
  }
  return undefined;
}
