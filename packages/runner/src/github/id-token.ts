import { createSign, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import type { JobIdentity } from '../local-github.ts';

/** Seconds a token lives, and how long before its issue it is already valid; both as on GitHub. */
const lifetime = 300;
const backdated = 600;

/** Signs id-tokens with a key made at start, and publishes its public half. */
export class IdTokenIssuer {
  readonly #key: KeyObject;
  readonly #public: KeyObject;
  readonly #keyId = randomUUID();
  readonly issuer: string;

  constructor(issuer: string) {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    this.#key = privateKey;
    this.#public = publicKey;
    this.issuer = issuer;
  }

  jwks(): object {
    const { kty, n, e } = this.#public.export({ format: 'jwk' });
    return { keys: [{ kty, n, e, kid: this.#keyId, alg: 'RS256', use: 'sig' }] };
  }

  configuration(): object {
    return {
      issuer: this.issuer,
      jwks_uri: `${this.issuer}/.well-known/jwks`,
      subject_types_supported: ['public', 'pairwise'],
      response_types_supported: ['id_token'],
      id_token_signing_alg_values_supported: ['RS256'],
      scopes_supported: ['openid'],
      claims_supported: ['sub', 'aud', 'exp', 'iat', 'iss', 'jti', 'nbf', 'ref', 'repository', 'environment'],
    };
  }

  /** A JWT for the job. `now` in milliseconds since 1970; without an audience it is the owner's URL, as on GitHub. */
  issue(job: JobIdentity, audience: string | undefined, now: number): string {
    const issuedAt = Math.floor(now / 1000);
    const owner = job.repository.split('/')[0] ?? '';
    const claims = {
      iss: this.issuer,
      aud: audience ?? `https://github.com/${owner}`,
      sub: subjectOf(job),
      jti: randomUUID(),
      iat: issuedAt,
      nbf: issuedAt - backdated,
      exp: issuedAt + lifetime,
      ...jobClaims(job),
    };
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const content = `${encode({ alg: 'RS256', typ: 'JWT', kid: this.#keyId })}.${encode(claims)}`;
    return `${content}.${createSign('RSA-SHA256').update(content).sign(this.#key, 'base64url')}`;
  }
}

/** The classic subject: the environment if the job has one, else the pull request, else the ref. */
export function subjectOf(job: JobIdentity): string {
  const repository = `repo:${job.repository}`;
  if (job.environment !== undefined) return `${repository}:environment:${job.environment.replaceAll(':', '%3A')}`;
  return job.event === 'pull_request' ? `${repository}:pull_request` : `${repository}:ref:${job.ref}`;
}

function jobClaims(job: JobIdentity): Record<string, string> {
  return {
    actor: job.actor,
    base_ref: job.baseRef,
    ...(job.environment === undefined ? {} : { environment: job.environment }),
    event_name: job.event,
    head_ref: job.headRef,
    job_workflow_ref: job.jobWorkflowRef,
    job_workflow_sha: job.jobWorkflowSha,
    ref: job.ref,
    ref_type: job.ref.startsWith('refs/tags/') ? 'tag' : 'branch',
    repository: job.repository,
    repository_owner: job.repository.split('/')[0] ?? '',
    repository_visibility: 'private',
    run_attempt: '1',
    run_id: job.runId,
    run_number: String(job.runNumber),
    runner_environment: 'self-hosted',
    sha: job.sha,
    workflow: job.workflow,
    workflow_ref: job.workflowRef,
  };
}
