import { failure, success } from "./answers.js";
import { AuthError } from "./auth-error.js";

export type Fetch = typeof globalThis.fetch;

export interface Call {
  method?: "GET" | "POST";
  /** Members that are undefined are not sent. */
  body?: Record<string, unknown>;
  bearerToken?: string;
  /** Lets a page's browser keep and send the cookie that goes with a csrf token. */
  cookies?: boolean;
  signal?: AbortSignal | undefined;
}

/** One request, one answer, every way of failing as an AuthError. */
export class Transport {
  readonly baseUrl: string;
  readonly #fetch: Fetch;
  readonly #timeoutMs: number;
  readonly #origin: string | undefined;

  constructor(baseUrl: string | URL, fetch: Fetch | undefined, timeoutMs: number, origin: string | undefined) {
    this.baseUrl = checkedBase(baseUrl);
    // Looked up at each call, and never called as a method of ours, which browsers refuse.
    this.#fetch = fetch ?? ((input, init) => globalThis.fetch(input, init));
    this.#timeoutMs = timeoutMs;
    this.#origin = origin;
  }

  /** For answers whose members matter. */
  async json<T>(path: string, call: Call): Promise<T> {
    const { response, body } = await this.#send(path, call);
    return success(response, body) as T;
  }

  /** For answers that say that it is done, with a body or without. */
  async done(path: string, call: Call): Promise<void> {
    await this.#send(path, call);
  }

  async #send(path: string, call: Call): Promise<{ response: Response; body: string }> {
    const init = this.#init(call);
    const { signal } = call;
    const abort = new AbortController();
    let why: "timeout" | "aborted" | undefined;
    const stop = (reason: "timeout" | "aborted") => {
      why ??= reason;
      abort.abort();
    };
    const onAbort = () => stop("aborted");
    const timer = setTimeout(() => stop("timeout"), this.#timeoutMs);
    signal?.addEventListener("abort", onAbort);
    if (signal?.aborted) {
      onAbort();
    }
    let response: Response;
    let body: string;
    try {
      response = await this.#fetch(this.baseUrl + path, { ...init, signal: abort.signal });
      body = await response.text();
    } catch (cause) {
      throw unanswered(why, cause);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    }
    if (!response.ok) {
      throw failure(response, body);
    }
    return { response, body };
  }

  #init({ method = "POST", body, bearerToken, cookies }: Call): RequestInit {
    const headers: Record<string, string> = { accept: "application/json" };
    if (body !== undefined) {
      headers["content-type"] = "application/json";
    }
    if (bearerToken !== undefined) {
      headers["authorization"] = `Bearer ${headerSafe(bearerToken)}`;
    }
    if (this.#origin !== undefined) {
      headers["origin"] = this.#origin;
    }
    return {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      credentials: cookies ? "include" : "omit",
      cache: "no-store",
      // A body with a password or a token goes to this server and to no other.
      redirect: "error",
    };
  }
}

function unanswered(why: "timeout" | "aborted" | undefined, cause: unknown): AuthError {
  switch (why) {
    case "timeout":
      return new AuthError("timeout", "The auth server did not answer in time");
    case "aborted":
      return new AuthError("aborted", "The call was aborted");
    default:
      return new AuthError("network_error", "The auth server could not be reached", { cause });
  }
}

/** The platform's own error for a bad header quotes the header, token included. */
function headerSafe(token: string): string {
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new TypeError("bearerToken is not a token");
  }
  return token;
}

function checkedBase(baseUrl: string | URL): string {
  let url: URL;
  try {
    url = new URL(baseUrl);
  } catch {
    throw new TypeError("baseUrl must be an absolute URL");
  }
  if (!/^https?:$/.test(url.protocol) || url.username || url.password || url.search || url.hash) {
    throw new TypeError("baseUrl must be an http(s) URL without user, query and fragment");
  }
  return url.origin + url.pathname.replace(/\/+$/, "");
}
