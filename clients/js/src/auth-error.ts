/** What the server says, and four words for what goes wrong on the way to it. */
export type AuthErrorCode =
  | "bad_request"
  | "unauthorized"
  | "forbidden"
  | "challenge_required"
  | "not_found"
  | "method_not_allowed"
  | "conflict"
  | "payload_too_large"
  | "unsupported_media_type"
  | "too_many_requests"
  | "invalid_target"
  | "server_error"
  /** No answer: no connection, a name that isn't known, a redirect, or a page whose origin is not allowed. */
  | "network_error"
  /** No answer in time. */
  | "timeout"
  /** The caller's own signal. */
  | "aborted"
  /** An answer that is not this server's: a proxy's error page, a portal's login form. */
  | "invalid_response"
  // a newer server's; keeps completion of the ones above
  | (string & {});

export interface AuthErrorDetails {
  status?: number;
  challenge?: string | undefined;
  continueUrl?: string | undefined;
  retryAfter?: number | undefined;
  cause?: unknown;
}

/** Everything that a call of the client rejects with, but for a TypeError where an argument is wrong. */
export class AuthError extends Error {
  override readonly name = "AuthError";
  readonly code: AuthErrorCode;
  /** HTTP status; 0 where there was no answer. */
  readonly status: number;
  /** With `challenge_required`: `otp`, `verify_email`, `update_password` or another required action. */
  readonly challenge: string | undefined;
  /** With `challenge_required`: the hosted page where the user goes on, and that ends at the app. */
  readonly continueUrl: string | undefined;
  /** Seconds to wait, where the server says so. */
  readonly retryAfter: number | undefined;

  constructor(code: AuthErrorCode, message: string, details: AuthErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.status = details.status ?? 0;
    this.challenge = details.challenge;
    this.continueUrl = details.continueUrl;
    this.retryAfter = details.retryAfter;
  }
}
