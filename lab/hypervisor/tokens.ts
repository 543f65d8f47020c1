import { timingSafeEqual } from 'node:crypto';

/** The users of the hypervisor. */
export interface ApiToken {
  /** `terraform@pve!slipway` */
  readonly name: string;
  readonly secret: string;
  readonly may: 'read' | 'change';
}

/** Value of the header `Authorization`, in Proxmox' format. */
export function authorization({ name, secret }: Pick<ApiToken, 'name' | 'secret'>): string {
  return `PVEAPIToken=${name}=${secret}`;
}

/** The token of a request; undefined where it is unknown. */
export function tokenOf(header: string | undefined, tokens: readonly ApiToken[]): ApiToken | undefined {
  if (header === undefined) return undefined;
  const given = Buffer.from(header);
  return tokens.find((token) => {
    const wanted = Buffer.from(authorization(token));
    return wanted.length === given.length && timingSafeEqual(wanted, given);
  });
}
