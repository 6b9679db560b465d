const DOCUMENTED = "https://auth.inbox-manager.com";

/** From now on calls to the documented server go to this one; calls to any other fail. */
export function redirectDocumentedServer(to: string): void {
  const fetch = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    const url = String(input);
    if (!url.startsWith(`${DOCUMENTED}/`)) {
      throw new Error(`a test would have called ${new URL(url).host}`);
    }
    return fetch(to + url.slice(DOCUMENTED.length), init);
  };
}
