import type { Clock } from '@switchyard/domain';
import type { TokenCredential } from './credential.ts';

/** A token is asked for anew this long before it expires, so that no request leaves with one about to die. */
const RENEW_BEFORE_MS = 5 * 60_000;

interface Entry {
  readonly token: Promise<{ token: string; expiresOnTimestamp: number } | null>;
  expires: number;
}

/**
 * Tokens by scope. The credentials of @azure/identity ask for a new client assertion at every call, even when they hold
 * a valid token; with GitHub's identity tokens that would be two more requests for each of ours.
 */
export class TokenCache {
  readonly #credential: TokenCredential;
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();

  constructor(credential: TokenCredential, clock: Clock) {
    this.#credential = credential;
    this.#clock = clock;
  }

  /** The bearer token of a scope; requests at the same time share one sign-in. */
  async bearer(scope: string): Promise<string | undefined> {
    const known = this.#entries.get(scope);
    const entry = known && known.expires - RENEW_BEFORE_MS > this.#clock.now() ? known : this.#ask(scope);
    return (await entry.token)?.token;
  }

  /** After a 401: the next request signs in again. */
  forget(scope: string): void {
    this.#entries.delete(scope);
  }

  #ask(scope: string): Entry {
    const token = this.#credential.getToken(scope);
    const entry: Entry = { token, expires: Number.POSITIVE_INFINITY };
    this.#entries.set(scope, entry);
    token.then(
      (answer) => {
        entry.expires = answer?.expiresOnTimestamp ?? 0;
      },
      () => this.forget(scope),
    );
    return entry;
  }
}
