/** Error messages of Go clients: an endpoint reports so about the node behind it. */
const inGo =
  /tls: (?:expired|unknown|bad|revoked|unsupported) certificate(?: authority)?|tls: certificate required/;

/**
 * OpenSSL's connection errors, with talosctl's message for each. The numbers are TLS alerts (RFC 8446, section 6): the server rejected our
 * certificate. The rest are ours: the server's certificate is not signed by the talosconfig's CA.
 */
const fromOpenSsl: Readonly<Record<string, string>> = {
  'SSL alert number 42': 'tls: bad certificate',
  'SSL alert number 43': 'tls: unsupported certificate',
  'SSL alert number 44': 'tls: revoked certificate',
  'SSL alert number 45': 'tls: expired certificate',
  'SSL alert number 46': 'tls: unknown certificate',
  'SSL alert number 48': 'tls: unknown certificate authority',
  'SSL alert number 116': 'tls: certificate required',
  'certificate has expired': 'x509: certificate has expired',
  'certificate is not yet valid': 'x509: certificate is not yet valid',
  'unable to verify the first certificate': 'x509: certificate signed by unknown authority',
  'unable to get local issuer certificate': 'x509: certificate signed by unknown authority',
  'self-signed certificate': 'x509: certificate signed by unknown authority',
  'self signed certificate': 'x509: certificate signed by unknown authority',
  'certificate signature failure': 'x509: certificate signed by unknown authority',
};

/** The certificate problem behind a connection error, in talosctl's words; undefined: the error has another cause. */
export function certificateTrouble(details: string): string | undefined {
  return inGo.exec(details)?.[0] ?? Object.entries(fromOpenSsl).find(([said]) => details.includes(said))?.[1];
}
