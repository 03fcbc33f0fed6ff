import { describe, expect, it } from '@jest/globals';
import { codeOf } from '../test-support/scripted-http.ts';
import { loadCloud, publicCloud } from './cloud.ts';
import { createCredential } from './credential.ts';
import { loginFailure } from './login-failure.ts';

const local = {
  name: 'AzureCloud',
  portal: 'https://portal.azure.com',
  resourceManager: 'https://127.0.0.1:9/',
  authentication: {
    loginEndpoint: 'https://127.0.0.1:9/',
    audiences: ['https://management.core.windows.net/', 'https://management.azure.com/'],
  },
  suffixes: { storage: '127.0.0.1:10' },
};

const load = (answer: unknown) => loadCloud({ metadataUrl: 'https://m', fetchJson: async () => answer });

describe('the cloud', () => {
  it('is public Azure when no address is given', async () => {
    expect(await loadCloud()).toEqual(publicCloud);
  });

  it.each([
    ['one cloud', local],
    ['a list of one', [local]],
    ['a list with AzureCloud in it', [{ name: 'AzureChinaCloud' }, local]],
  ])('is read from %s', async (_, answer) => {
    expect(await load(answer)).toEqual({
      ...publicCloud,
      resourceManager: 'https://127.0.0.1:9',
      authority: 'https://127.0.0.1:9',
      storageSuffix: '127.0.0.1:10',
      isPublic: false,
    });
  });

  it('of China has its own ML audience', async () => {
    const china = {
      name: 'AzureChinaCloud',
      portal: 'https://portal.azure.cn',
      resourceManager: 'https://management.chinacloudapi.cn',
      authentication: {
        loginEndpoint: 'https://login.chinacloudapi.cn',
        audiences: ['https://management.chinacloudapi.cn'],
      },
    };
    expect(await load(china)).toMatchObject({
      mlAudience: 'https://ml.azure.cn',
      managementAudience: 'https://management.chinacloudapi.cn',
    });
  });

  it.each([
    ['CLOUD_METADATA_INVALID', {}],
    ['CLOUD_METADATA_INVALID', []],
    ['CLOUD_METADATA_INVALID', 'text'],
    ['CLOUD_AMBIGUOUS', [{ name: 'a' }, { name: 'b' }]],
  ])('is refused as %s for %j', async (code, answer) => {
    expect(await codeOf(load(answer))).toBe(code);
  });

  it('that does not answer is named', async () => {
    const fetchJson = async () => {
      throw new Error('refused');
    };
    await expect(loadCloud({ metadataUrl: 'https://m', fetchJson })).rejects.toThrow(
      'CLOUD_METADATA_UNREACHABLE: https://m did not answer: refused',
    );
  });
});

describe('signing in', () => {
  it('without anything says what is missing', async () => {
    const message = await createCredential({ cloud: publicCloud }).catch((error: Error) => error.message);
    expect(message).toContain('AZURE_NO_CREDENTIALS');
    for (const name of ['tenant-id', 'client-id', 'id-token: write']) expect(message).toContain(name);
  });

  it('with some of it names only the rest', async () => {
    const message = await createCredential({ cloud: publicCloud, tenantId: 't', clientId: 'c' }).catch(
      (error: Error) => error.message,
    );
    expect(message).toMatch(/missing "permissions: id-token: write"/);
  });

  it.each([
    [
      "AADSTS700213: No matching federated identity record found for presented assertion subject 'repo:o/r:ref:x'. Trace ID: 1",
      'environment',
    ],
    ['AADSTS700024: Client assertion is not within its valid time range.', '5 minutes'],
    ['AADSTS7000215: Invalid client secret provided.', 'secret is wrong'],
    ['endpoints_resolution_error: self-signed certificate', 'NODE_EXTRA_CA_CERTS'],
    ['something new', 'check tenant-id'],
  ])('that is refused with "%s" tells the next step', (text, next) => {
    const error = loginFailure(new Error(text), 'GitHub identity for c');
    expect(error.code).toBe('AZURE_LOGIN_FAILED');
    expect(error.next).toContain(next);
    expect(error.message).not.toContain('Trace ID');
  });
});
