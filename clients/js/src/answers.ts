import { AuthError } from "./auth-error.js";

type Members = Record<string, unknown>;

/** The members of an answer with status 2xx. */
export function success(response: Response, body: string): unknown {
  const members = parsed(body);
  if (members === undefined) {
    throw foreign(response);
  }
  return members;
}

/** The error that an answer with another status stands for. */
export function failure(response: Response, body: string): AuthError {
  const members = parsed(body);
  const code = text(members?.["error"]);
  if (members === undefined || code === undefined) {
    return foreign(response);
  }
  // Keycloak's own error answers have error_description.
  const message = text(members["message"]) ?? text(members["error_description"]) ?? code;
  return new AuthError(code, message, {
    status: response.status,
    challenge: text(members["challenge"]),
    continueUrl: text(members["continue_url"]),
    retryAfter: retryAfter(response),
  });
}

function foreign(response: Response): AuthError {
  return new AuthError("invalid_response", `The answer with status ${response.status} is not the auth server's`, {
    status: response.status,
    retryAfter: retryAfter(response),
  });
}

/** Undefined for anything but an object. The parser's own error quotes what it read, and that may be a token. */
function parsed(body: string): Members | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Members) : undefined;
  } catch {
    return undefined;
  }
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** RFC 9110, section 10.2.3: seconds or a date. */
function retryAfter(response: Response): number | undefined {
  const value = response.headers.get("retry-after")?.trim();
  if (!value) {
    return undefined;
  }
  if (/^\d{1,9}$/.test(value)) {
    return Number(value);
  }
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - Date.now()) / 1000));
}
