import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomUUID,
  sign,
  verify,
} from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from './clock.ts';
import { isObject, type JsonObject } from './fields.ts';

/** A JSON web token taken apart; nothing about it has been checked. */
export interface ParsedToken {
  header: JsonObject;
  claims: JsonObject;
  signed: string;
  signature: Buffer;
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function decode(part: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Take a JSON web token apart; undefined when the text is not one. */
export function parseToken(text: string): ParsedToken | undefined {
  const [first, second, third, ...rest] = text.split('.');
  if (first === undefined || second === undefined || third === undefined || rest.length > 0) {
    return undefined;
  }
  const header = decode(first);
  const claims = decode(second);
  return header && claims
    ? { header, claims, signed: `${first}.${second}`, signature: Buffer.from(third, 'base64url') }
    : undefined;
}

/** True when the RS256 signature of a token fits the key. */
export function verifyRs256(token: ParsedToken, key: KeyObject): boolean {
  return token.header.alg === 'RS256' && verify('sha256', Buffer.from(token.signed), key, token.signature);
}

/** Why a token was not taken. */
export type TokenProblem = 'missing' | 'invalid' | 'expired' | 'audience';

/** What a checked token says. */
export interface TokenOwner {
  identity: string;
  audience: string;
  /** The run whose process the token was made for; such a token may always report to run history and MLflow. */
  run?: string;
}

const lifetimeSeconds = 3600;
const storageAudience = 'https://storage.azure.com';

/** Issues and checks the access tokens of the emulated authority. */
export class Tokens {
  readonly #private: KeyObject;
  readonly #public: KeyObject;
  readonly #clock: Clock;
  readonly #issuer: string;
  readonly #tenant: string;
  /** Checked tokens, so that a token's signature is checked once. */
  readonly #known = new Map<string, { owner: TokenOwner; expires: number }>();

  constructor(options: { folder: string; clock: Clock; url: string; tenant: string }) {
    const file = join(options.folder, 'token.key');
    if (!existsSync(file)) {
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
      writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    }
    this.#private = createPrivateKey(readFileSync(file));
    this.#public = createPublicKey(this.#private);
    this.#clock = options.clock;
    this.#tenant = options.tenant;
    this.#issuer = `${options.url}/${options.tenant}/v2.0`;
  }

  /** A signed access token for an audience, valid for an hour unless told otherwise. */
  issue(
    clientId: string,
    audience: string,
    { seconds = lifetimeSeconds, run }: { seconds?: number; run?: string } = {},
  ): { token: string; expiresIn: number } {
    const now = Math.floor(this.#clock.now().getTime() / 1000);
    const claims = {
      aud: audience,
      // The blob service takes tokens of the classic issuer only.
      iss: audience.replace(/\/+$/, '') === storageAudience ? `https://sts.windows.net/${this.#tenant}/` : this.#issuer,
      iat: now,
      nbf: now - 5,
      exp: now + seconds,
      appid: clientId,
      oid: clientId,
      sub: clientId,
      tid: this.#tenant,
      uti: randomUUID(),
      ver: '2.0',
      ...(run === undefined ? {} : { azureml_run: run }),
    };
    const signed = `${encode({ typ: 'JWT', alg: 'RS256', kid: 'emulator' })}.${encode(claims)}`;
    return {
      token: `${signed}.${sign('sha256', Buffer.from(signed), this.#private).toString('base64url')}`,
      expiresIn: seconds,
    };
  }

  /** The public key set, for those who want to check tokens. */
  keySet(): object {
    return { keys: [{ ...this.#public.export({ format: 'jwk' }), kid: 'emulator', use: 'sig', alg: 'RS256' }] };
  }

  /** Check an `Authorization` header. `audiences` undefined: any audience will do. */
  check(authorization: string | null, audiences: string[] | undefined): TokenOwner | TokenProblem {
    const text = /^bearer\s+(\S+)$/i.exec(authorization ?? '')?.[1];
    if (text === undefined) {
      return 'missing';
    }
    const now = this.#clock.now().getTime() / 1000;
    let known = this.#known.get(text);
    if (known === undefined) {
      const token = parseToken(text);
      if (token === undefined || !verifyRs256(token, this.#public)) {
        return 'invalid';
      }
      known = {
        owner: {
          identity: String(token.claims.appid),
          audience: String(token.claims.aud).replace(/\/+$/, ''),
          ...(typeof token.claims.azureml_run === 'string' ? { run: token.claims.azureml_run } : {}),
        },
        expires: Number(token.claims.exp),
      };
      if (this.#known.size > 1000) {
        this.#known.clear();
      }
      this.#known.set(text, known);
    }
    if (known.expires <= now) {
      return 'expired';
    }
    return audiences !== undefined && !audiences.includes(known.owner.audience) ? 'audience' : known.owner;
  }
}
