import { AuthError } from "./auth-error.js";
import type { Tokens } from "./types.js";

/** The part of the Web Locks API that is used here; TypeScript's library for Node has none of it. */
interface Locks {
  request<T>(name: string, options: { signal: AbortSignal }, work: () => Promise<T>): Promise<T>;
}

const running = new Map<string, Promise<Tokens>>();

/**
 * One request at a time for one token, whichever client of this page asks: a server that rotates refresh tokens takes
 * the second use of one for theft, and ends the session.
 */
export function once(key: string, work: () => Promise<Tokens>): Promise<Tokens> {
  const inFlight = running.get(key);
  if (inFlight !== undefined) {
    return inFlight;
  }
  const started = work().finally(() => running.delete(key));
  running.set(key, started);
  return started;
}

/**
 * One tab at a time, where the browser has locks; elsewhere at once. Only the wait has a limit: what `work` asks the
 * server for has one of its own.
 */
export async function oneTab<T>(name: string, waitMs: number, work: () => Promise<T>): Promise<T> {
  const locks = (globalThis as { navigator?: { locks?: Locks } }).navigator?.locks;
  if (locks === undefined) {
    return work();
  }
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), waitMs);
  let entered = false;
  try {
    return await locks.request(name, { signal: abort.signal }, () => {
      entered = true;
      clearTimeout(timer);
      return work();
    });
  } catch (error) {
    if (!entered && abort.signal.aborted) {
      throw new AuthError("timeout", "Another tab did not finish its refresh in time");
    }
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
