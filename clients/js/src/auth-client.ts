import { once, oneTab } from "./refresh.js";
import { type Call, type Fetch, Transport } from "./transport.js";
import type { Accepted, AccountToken, Session, Tokens } from "./types.js";

export interface AuthClientOptions {
  /** `https://auth.example.com`, or with a realm: `https://sso.example.com/realms/shop`. */
  baseUrl: string | URL;
  /** For calls that name none. */
  clientId?: string;
  /** Milliseconds for one request, answer included; 30,000 where it is not given. */
  timeoutMs?: number;
  /** In place of the platform's. */
  fetch?: Fetch;
  /**
   * Outside of a page: the Origin to send, for a server that acts for a page. Browsers send their page's own, whatever
   * is said here.
   */
  origin?: string;
}

/** Every call takes one; `refresh` does not, since an answer that nobody waits for would lose the session. */
export interface Abortable {
  signal?: AbortSignal;
}

export interface SignInArguments extends Abortable {
  email: string;
  password: string;
  clientId?: string;
  /** One-time code of an authenticator app. */
  totp?: string;
  /** The account to start with, else the server chooses. */
  accountId?: string;
  /** Where the app fetched one itself; else the client does, in a page. */
  csrfToken?: string;
}

export interface SignUpArguments extends Abortable {
  email: string;
  password: string;
  clientId?: string;
  /** Or `firstName` and `lastName`. */
  name?: string;
  firstName?: string;
  lastName?: string;
  /** Makes an account of this name, where the realm allows it. */
  accountName?: string;
  /** The token of an invitation. */
  invitation?: string;
  csrfToken?: string;
}

export interface KnownRefreshToken {
  refreshToken: string;
  clientId?: string;
}

/** For a token that several tabs or requests share: read and replaced by one of them at a time. */
export interface SharedRefreshToken {
  refreshToken: () => string | Promise<string>;
  /** Puts the new tokens where `refreshToken` reads; nobody else reads until it has. */
  keep: (tokens: Tokens) => void | Promise<void>;
  clientId?: string;
}

export interface AccountTokenArguments extends Abortable {
  accountId: string;
  /** Access token of the session. */
  bearerToken: string;
  audience: string;
  scope?: string;
}

/** The auth server's JSON doors. Keeps no token, writes no log. */
export class AuthClient {
  readonly #transport: Transport;
  readonly #clientId: string | undefined;
  readonly #timeoutMs: number;
  readonly #fromPage: boolean;

  constructor({ baseUrl, clientId, timeoutMs = 30_000, fetch, origin }: AuthClientOptions) {
    if (!(timeoutMs > 0 && timeoutMs <= 0x7fffffff)) {
      throw new TypeError("timeoutMs must be a number of milliseconds above 0");
    }
    const page = originOfPage();
    this.#transport = new Transport(baseUrl, fetch, timeoutMs, page === undefined ? origin : undefined);
    this.#clientId = clientId;
    this.#timeoutMs = timeoutMs;
    this.#fromPage = page !== undefined || origin !== undefined;
  }

  async signIn(args: SignInArguments): Promise<Session> {
    const clientId = this.#requiredClient(args.clientId);
    return this.#transport.json("/auth/sign-in", {
      body: {
        client_id: clientId,
        email: args.email,
        password: args.password,
        totp: args.totp,
        account_id: args.accountId,
        csrf_token: await this.#csrfToken(clientId, args),
      },
      cookies: this.#fromPage,
      signal: args.signal,
    });
  }

  /** A session, or, where the realm verifies emails first, a message; `isSession` tells. */
  async signUp(args: SignUpArguments): Promise<Session | Accepted> {
    const clientId = this.#requiredClient(args.clientId);
    return this.#transport.json("/auth/sign-up", {
      body: {
        client_id: clientId,
        email: args.email,
        password: args.password,
        name: args.name,
        first_name: args.firstName,
        last_name: args.lastName,
        account_name: args.accountName,
        invitation: args.invitation,
        csrf_token: await this.#csrfToken(clientId, args),
      },
      cookies: this.#fromPage,
      signal: args.signal,
    });
  }

  /**
   * New tokens for a refresh token. Calls for one token at the same time share one request and its answer, in all
   * clients of a page; with a {@link SharedRefreshToken} tabs wait for each other too, where the browser has Web Locks.
   */
  async refresh(args: KnownRefreshToken | SharedRefreshToken): Promise<Tokens> {
    const base = this.#transport.baseUrl;
    if (typeof args.refreshToken === "string") {
      return this.#refreshed(args.refreshToken, args.clientId);
    }
    const { refreshToken: read, keep } = args as SharedRefreshToken;
    const known = await read();
    let kept = false;
    const tokens = await once(`${base} shared ${known}`, () =>
      oneTab(`keycloak-mint-client refresh ${base}`, this.#timeoutMs, async () => {
        // Read again: while this tab waited, another one may have replaced it.
        const fresh = await this.#refreshed(await read(), args.clientId);
        await keep(fresh);
        kept = true;
        return fresh;
      }),
    );
    if (!kept && (await read()) === known) {
      // Another call's work, and its `keep` is not where this one reads: the used token must not be used again.
      await keep(tokens);
    }
    return tokens;
  }

  /** Ends the session. A token that is no longer good is no error. */
  async signOut({ refreshToken, signal }: { refreshToken: string } & Abortable): Promise<void> {
    await this.#transport.done("/auth/sign-out", { body: { refresh_token: refreshToken }, signal });
  }

  /** A token for one account and one API. */
  async issueAccountToken(args: AccountTokenArguments): Promise<AccountToken> {
    return this.#transport.json(`/api/accounts/${pathSegment(args.accountId)}/token`, {
      body: { audience: args.audience, scope: args.scope },
      bearerToken: args.bearerToken,
      signal: args.signal,
    });
  }

  /** Sends a mail if there is such a user; the answer doesn't tell. */
  async requestPasswordReset(args: { email: string; clientId?: string } & Abortable): Promise<void> {
    await this.#transport.done("/auth/password-reset", this.#mail(args));
  }

  /** `token` is what the mail's link carries. */
  async resetPassword({ token, newPassword, signal }: { token: string; newPassword: string } & Abortable): Promise<void> {
    await this.#transport.done("/auth/password-reset/verify", { body: { token, new_password: newPassword }, signal });
  }

  async changePassword(
    args: { bearerToken: string; currentPassword: string; newPassword: string } & Abortable,
  ): Promise<void> {
    await this.#transport.done("/auth/change-password", {
      body: { current_password: args.currentPassword, new_password: args.newPassword },
      bearerToken: args.bearerToken,
      signal: args.signal,
    });
  }

  /** `token` is what the mail's link carries. */
  async verifyEmail({ token, signal }: { token: string } & Abortable): Promise<void> {
    await this.#transport.done("/auth/verify-email", { body: { token }, signal });
  }

  /** Sends a mail if there is such a user with an unverified email; the answer doesn't tell. */
  async resendVerification(args: { email: string; clientId?: string } & Abortable): Promise<void> {
    await this.#transport.done("/auth/verify-email/resend", this.#mail(args));
  }

  #refreshed(refreshToken: string, clientId: string | undefined): Promise<Tokens> {
    return once(`${this.#transport.baseUrl} ${refreshToken}`, () =>
      this.#transport.json("/auth/refresh", {
        body: { refresh_token: refreshToken, client_id: clientId ?? this.#clientId },
      }),
    );
  }

  #mail({ email, clientId, signal }: { email: string; clientId?: string } & Abortable): Call {
    return { body: { client_id: this.#requiredClient(clientId), email }, signal };
  }

  /** Calls from pages need one. It is fresh for each, since a sign-in uses it up. */
  async #csrfToken(
    clientId: string,
    { csrfToken, signal }: { csrfToken?: string } & Abortable,
  ): Promise<string | undefined> {
    if (csrfToken !== undefined || !this.#fromPage) {
      return csrfToken;
    }
    const answer = await this.#transport.json<{ csrf_token: string }>(
      `/auth/csrf?client_id=${encodeURIComponent(clientId)}`,
      { method: "GET", cookies: true, signal },
    );
    return answer.csrf_token;
  }

  #requiredClient(clientId: string | undefined): string {
    const id = clientId ?? this.#clientId;
    if (!id) {
      throw new TypeError("clientId is missing: give it to the call or to the AuthClient");
    }
    return id;
  }
}

/** Undefined in Node. Documents and workers have one, and their browsers send it. */
function originOfPage(): string | undefined {
  const origin = (globalThis as { location?: { origin?: unknown } }).location?.origin;
  return typeof origin === "string" && origin !== "null" ? origin : undefined;
}

/** `.` and `..` would be taken for directions, encoded or not. */
function pathSegment(accountId: string): string {
  if (!accountId || accountId === "." || accountId === "..") {
    throw new TypeError("accountId is no account's id");
  }
  return encodeURIComponent(accountId);
}
