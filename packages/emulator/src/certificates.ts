import { randomBytes, webcrypto, X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { addReflectMetadata } from './reflect.ts';

/** Files and PEM texts of the emulator's own certificate authority and server certificate. */
export interface Certificates {
  caFile: string;
  /** The CA plus the usual public roots: for programs that replace their whole trust store. */
  bundleFile: string;
  certificateFile: string;
  keyFile: string;
  ca: string;
  certificate: string;
  key: string;
}

/** Hosts of storage accounts as clients build them: `{account}.blob.{suffix}`. */
const storageHost = '*.blob.core.localhost';
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const days = 24 * 60 * 60 * 1000;

async function create(folder: string): Promise<void> {
  addReflectMetadata();
  const x509 = await import('@peculiar/x509');
  x509.cryptoProvider.set(webcrypto);
  const { subtle } = webcrypto;
  const validity = { notBefore: new Date(Date.now() - days), notAfter: new Date(Date.now() + 800 * days) };
  const serial = () => `01${randomBytes(8).toString('hex')}`;
  const caKeys = await subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: 'CN=Switchyard emulator CA',
    ...validity,
    signingAlgorithm: algorithm,
    keys: caKeys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(caKeys.publicKey),
    ],
  });
  const keys = await subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const server = await x509.X509CertificateGenerator.create({
    serialNumber: serial(),
    subject: 'CN=localhost',
    issuer: ca.subject,
    ...validity,
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey: caKeys.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        { type: 'dns', value: 'localhost' },
        { type: 'dns', value: storageHost },
        { type: 'ip', value: '127.0.0.1' },
      ]),
      await x509.AuthorityKeyIdentifierExtension.create(caKeys.publicKey),
    ],
  });
  const pkcs8 = Buffer.from(await subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  const lines = pkcs8.match(/.{1,64}/g) ?? [];
  writeFileSync(
    join(folder, 'server.key'),
    `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`,
    {
      mode: 0o600,
    },
  );
  writeFileSync(join(folder, 'ca.pem'), `${ca.toString('pem')}\n`);
  writeFileSync(join(folder, 'server.pem'), `${server.toString('pem')}\n`);
}

/**
 * Read the certificates of a folder, or make them: an own CA (its private key is never written) and a server
 * certificate for localhost and 127.0.0.1.
 */
export async function ensureCertificates(folder: string): Promise<Certificates> {
  mkdirSync(folder, { recursive: true });
  const file = (name: string) => join(folder, name);
  const complete = ['ca.pem', 'server.pem', 'server.key'].every((name) => existsSync(file(name)));
  // A folder of an older version has a certificate that does not cover all hosts of today.
  if (
    !complete ||
    new X509Certificate(readFileSync(file('server.pem'))).checkHost('x.blob.core.localhost') === undefined
  ) {
    await create(folder);
  }
  const ca = readFileSync(file('ca.pem'), 'utf8');
  writeFileSync(file('ca-bundle.pem'), [ca, ...rootCertificates, ''].join('\n'));
  return {
    caFile: file('ca.pem'),
    bundleFile: file('ca-bundle.pem'),
    certificateFile: file('server.pem'),
    keyFile: file('server.key'),
    ca,
    certificate: readFileSync(file('server.pem'), 'utf8'),
    key: readFileSync(file('server.key'), 'utf8'),
  };
}
