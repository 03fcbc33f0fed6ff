import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClientAssertionCredential, ClientSecretCredential, type TokenCredential } from '@azure/identity';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Cloud, openCloud } from './cloud.ts';
import { exercised } from './exercised.ts';

const scope = 'https://management.azure.com/.default';
const calls = exercised('@azure/identity');

const federated = {
  issuer: 'https://token.actions.githubusercontent.com',
  subject: 'repo:example/sensors:environment:production',
  audience: 'api://AzureADTokenExchange',
};

let cloud: Cloud;

// The issuer of real workflows cannot be asked for its keys here: the emulator is told to take its word.
beforeAll(async () => {
  const identity = { clientId: '00000000-0000-4000-8000-0000000000c1', clientSecret: 'emulator-only-secret' };
  const seed = {
    identities: [{ ...identity, federatedSubjects: [federated] }],
    switches: { trustUnsignedAssertions: true },
  };
  const file = join(mkdtempSync(join(tmpdir(), 'switchyard-seed-')), 'seed.json');
  writeFileSync(file, JSON.stringify(seed));
  cloud = await openCloud(['--seed', file]);
});

afterAll(async () => {
  calls.save();
  await cloud.stop();
});

function credential(changed: Partial<Cloud> = {}): TokenCredential {
  const { tenant, clientId, clientSecret, authority } = { ...cloud, ...changed };
  const options = { authorityHost: authority, disableInstanceDiscovery: true };
  return calls.watch('ClientSecretCredential', new ClientSecretCredential(tenant, clientId, clientSecret, options));
}

function claimsOf(token: string): unknown {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
}

describe('ClientSecretCredential', () => {
  it('gets a token of the audience that was asked for', async () => {
    const started = Date.now();
    const found = await credential().getToken(scope);
    expect(claimsOf(found?.token ?? '')).toMatchObject({ aud: 'https://management.azure.com', tid: cloud.tenant });
    expect(found?.expiresOnTimestamp).toBeGreaterThan(started + 60_000);
  });

  it('asks again for another audience', async () => {
    const one = credential();
    const [management, scoring] = [await one.getToken(scope), await one.getToken('https://ml.azure.com/.default')];
    expect(claimsOf(scoring?.token ?? '')).toMatchObject({ aud: 'https://ml.azure.com' });
    expect(scoring?.token).not.toBe(management?.token);
  });

  it.each([
    ['a wrong secret', { clientSecret: 'wrong' }, /AADSTS7000215/],
    ['an unknown application', { clientId: '00000000-0000-4000-8000-00000000dead' }, /AADSTS700016/],
    ['an unknown tenant', { tenant: '00000000-0000-4000-8000-00000000dead' }, /AADSTS90002/],
  ])('fails with %s in the words of the authority', async (_what, changed, words) => {
    await expect(credential(changed).getToken(scope)).rejects.toThrow(words);
  });
});

describe('ClientAssertionCredential', () => {
  function assertion(claims: Record<string, unknown>): string {
    const now = Math.floor(Date.now() / 1000);
    const { issuer: iss, subject: sub, audience: aud } = federated;
    const parts = [
      { alg: 'RS256', typ: 'JWT' },
      { iss, sub, aud, iat: now, nbf: now, exp: now + 300, ...claims },
    ];
    return `${parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.c2lnbmVk`;
  }

  function exchanging(claims: Record<string, unknown>): TokenCredential {
    const one = new ClientAssertionCredential(cloud.tenant, cloud.clientId, async () => assertion(claims), {
      authorityHost: cloud.authority,
      disableInstanceDiscovery: true,
    });
    return calls.watch('ClientAssertionCredential', one);
  }

  it('exchanges the identity token of a workflow', async () => {
    const found = await exchanging({}).getToken(scope);
    expect(claimsOf(found?.token ?? '')).toMatchObject({ aud: 'https://management.azure.com' });
  });

  it.each([
    ['of another branch or environment', { sub: 'repo:example/sensors:pull_request' }, /AADSTS700213/],
    ['of another audience', { aud: 'https://github.com/example' }, /AADSTS700213/],
    ['that is too old', { exp: 1_000_000_000 }, /AADSTS700024/],
  ])('fails with a token %s', async (_what, claims, words) => {
    await expect(exchanging(claims).getToken(scope)).rejects.toThrow(words);
  });
});
