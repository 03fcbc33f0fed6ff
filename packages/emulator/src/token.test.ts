import { generateKeyPairSync, sign } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Emulator, startEmulator } from './start.ts';
import { at, EmulatorClient } from './testing/emulator-client.ts';

const clientId = '00000000-0000-4000-8000-0000000000c9';
const audience = 'api://AzureADTokenExchange';
const subject = 'repo:org/app:environment:production';
const scope = 'https://management.azure.com/.default';
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

let issuerServer: Server;
let issuer: string;
let emulator: Emulator;
let client: EmulatorClient;

function assertion(claims: object, key = privateKey): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const all = { iss: issuer, sub: subject, aud: audience, iat: now, exp: now + 300, ...claims };
  const signed = `${part({ alg: 'RS256', typ: 'JWT', kid: 'k1' })}.${part(all)}`;
  return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`;
}

function exchange(text: string, id = clientId) {
  const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
  return client.tokenRequest({ client_id: id, client_assertion_type: type, client_assertion: text, scope });
}

beforeAll(async () => {
  issuerServer = createServer((request, response) => {
    const keys = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'RS256' }] };
    response.writeHead(request.url === '/.well-known/jwks' ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(keys));
  });
  await new Promise<void>((resolve) => {
    issuerServer.listen(0, '127.0.0.1', resolve);
  });
  issuer = `http://127.0.0.1:${(issuerServer.address() as AddressInfo).port}`;
  const federatedSubjects = [
    { issuer, subject, audience },
    { issuer: 'https://token.actions.githubusercontent.com', subject, audience },
  ];
  emulator = await startEmulator({
    latency: 10,
    strictAudience: true,
    seed: { identities: [{ clientId, clientSecret: 's3cret', federatedSubjects }] },
  });
  client = new EmulatorClient(emulator);
});

afterAll(async () => {
  client.close();
  await emulator.stop();
  issuerServer.close();
});

describe('the authority', () => {
  it('gives a token for the right secret', async () => {
    const answer = await client.tokenRequest({ client_id: clientId, client_secret: 's3cret', scope });
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({ token_type: 'Bearer', expires_in: 3600 });
    const claims: unknown = JSON.parse(
      Buffer.from(String(answer.json.access_token).split('.')[1] ?? '', 'base64url').toString(),
    );
    expect(claims).toMatchObject({ aud: 'https://management.azure.com', appid: clientId });
  });

  it.each([
    [{ client_id: clientId, client_secret: 'wrong' }, 401, 'AADSTS7000215'],
    [{ client_id: clientId }, 401, 'AADSTS7000218'],
    [{ client_id: 'nobody', client_secret: 's3cret' }, 400, 'AADSTS700016'],
  ])('refuses %p', async (form, status, code) => {
    const answer = await client.tokenRequest({ ...form, scope });
    expect(answer.status).toBe(status);
    expect(answer.json.error_description).toContain(code);
  });

  it('refuses another tenant and another grant', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const other = await client.raw('POST', '/other/oauth2/v2.0/token', {
      headers,
      body: 'grant_type=client_credentials',
    });
    expect(other.json.error_description).toContain('AADSTS90002');
    const grant = await client.tokenRequest({ client_id: clientId, grant_type: 'password', scope });
    expect(grant.json.error_description).toContain('AADSTS70003');
  });

  it('takes an assertion that matches a federated credential', async () => {
    expect((await exchange(assertion({}))).status).toBe(200);
  });

  it.each([
    [{ sub: 'repo:org/app:ref:refs/heads/main' }, 'AADSTS700213'],
    [{ sub: 'REPO:org/app:environment:production' }, 'AADSTS700213'],
    [{ aud: 'api://other' }, 'AADSTS700213'],
    [{ iss: 'http://127.0.0.1:1' }, 'AADSTS700213'],
    [{ exp: 1000 }, 'AADSTS700024'],
    [{ iss: 'https://token.actions.githubusercontent.com' }, 'AADSTS5000711'],
  ])('refuses an assertion with %p', async (claims, code) => {
    const answer = await exchange(assertion(claims));
    expect(answer.status).toBe(401);
    expect(answer.json.error_description).toContain(code);
  });

  it('refuses an assertion signed by another key, and text that is no token', async () => {
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    expect((await exchange(assertion({}, other))).json.error_description).toContain('AADSTS5000711');
    expect((await exchange('x.y')).json.error_description).toContain('AADSTS50027');
  });

  it('describes itself', async () => {
    const path = `/${emulator.environment.AZURE_TENANT_ID}/v2.0/.well-known/openid-configuration`;
    const { json } = await client.raw('GET', path);
    expect(json.token_endpoint).toBe(`${emulator.url}/${emulator.environment.AZURE_TENANT_ID}/oauth2/v2.0/token`);
  });
});

describe('access', () => {
  const ask = (authorization?: string) =>
    client.raw('GET', `${client.workspace()}?api-version=2025-12-01`, {
      headers: authorization ? { authorization } : {},
    });

  it('needs a token', async () => {
    const answer = await ask();
    expect(answer.status).toBe(401);
    expect(at(answer.json, 'error', 'code')).toBe('AuthenticationFailed');
  });

  it('refuses a token of somebody else, and one whose content was changed', async () => {
    expect((await ask('Bearer x.y.z')).status).toBe(401);
    expect(at((await ask(`Bearer ${assertion({})}`)).json, 'error', 'code')).toBe('InvalidAuthenticationToken');
    const [header, , signature] = (await client.token()).split('.');
    const claims = Buffer.from(JSON.stringify({ aud: 'https://management.azure.com', exp: 9999999999 })).toString(
      'base64url',
    );
    expect((await ask(`Bearer ${header}.${claims}.${signature}`)).status).toBe(401);
  });

  it('refuses a token of the wrong audience in strict mode', async () => {
    const answer = await ask(`Bearer ${await client.token('https://ml.azure.com/.default')}`);
    expect(at(answer.json, 'error', 'code')).toBe('InvalidAuthenticationTokenAudience');
    expect((await ask(`Bearer ${await client.token(`${emulator.url}/.default`)}`)).status).toBe(200);
  });
});

describe('storage', () => {
  it('opens to a token for storage, and to no other', async () => {
    const { json } = await client.send('GET', `${client.workspace()}/datastores/workspaceblobstore`);
    const part = (name: string) => String(at(json, 'properties', name));
    const url = `https://${part('endpoint')}/${part('accountName')}/${part('containerName')}?restype=container&comp=list`;
    const list = async (scopeName: string) =>
      client.raw('GET', url, {
        headers: { authorization: `Bearer ${await client.token(scopeName)}`, 'x-ms-version': '2021-10-04' },
      });
    expect((await list('https://storage.azure.com/.default')).status).toBe(200);
    expect((await list(scope)).status).toBe(403);
  });
});

describe('the cloud', () => {
  it('the metadata document names this server for ARM and sign-in', async () => {
    const { ARM_CLOUD_METADATA_URL = '' } = emulator.environment;
    const { json } = await client.raw('GET', ARM_CLOUD_METADATA_URL);
    const [first, cloud] = json.value as unknown[];
    // The first name is one that azure-ai-ml does not know: for AzureCloud it would go to public Azure.
    expect(first).toMatchObject({ name: 'AzureEmulator', resourceManager: `${emulator.url}/` });
    expect(cloud).toMatchObject({ name: 'AzureCloud', resourceManager: `${emulator.url}/` });
    expect(at(cloud, 'authentication', 'loginEndpoint')).toBe(`${emulator.url}/`);
    expect(at(cloud, 'suffixes', 'storage')).toMatch(/^core\.localhost:\d+$/);
  });
});
