import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { AuthClient, AuthError, type Tokens } from "keycloak-mint-client";
import { FakeServer, json, tokens } from "./fake-server.js";

let server: FakeServer;

afterEach(async () => {
  Reflect.deleteProperty(globalThis, "navigator");
  await server.stop();
});

/** Rotates as the real one: a token is good once, and the second use ends the family. */
async function rotating(): Promise<FakeServer> {
  let current = 1;
  let dead = false;
  server = await FakeServer.start((call, answer) => {
    const { refresh_token } = call.body as { refresh_token: string };
    dead ||= refresh_token !== `refresh-${current}`;
    if (dead) {
      json(answer, 401, { error: "unauthorized", message: "Invalid or expired token" });
    } else {
      current += 1;
      json(answer, 200, tokens(current));
    }
  });
  return server;
}

/** Web Locks of one browser: one holder a name, the others in a row. */
function locks() {
  const last = new Map<string, Promise<unknown>>();
  const names: string[] = [];
  return {
    names,
    request(name: string, { signal }: { signal: AbortSignal }, work: () => Promise<unknown>) {
      names.push(name);
      const before = last.get(name) ?? Promise.resolve();
      const turn = Promise.race([
        before.catch(() => undefined),
        new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
      ]);
      const mine = turn.then(work);
      last.set(name, mine);
      return mine;
    },
  };
}

function browserWith(value: unknown): void {
  Object.defineProperty(globalThis, "navigator", { value: { locks: value }, configurable: true, writable: true });
}

test("twenty calls at once for one token are one request, in two clients as well", async () => {
  const { baseUrl } = await rotating();
  const clients = [new AuthClient({ baseUrl }), new AuthClient({ baseUrl: `${baseUrl}/` })];
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) => (clients[i % 2] as AuthClient).refresh({ refreshToken: "refresh-1" })),
  );
  assert.equal(server.seen.length, 1);
  assert.deepEqual(new Set(answers.map((answer) => answer.refresh_token)), new Set(["refresh-2"]));
});

test("different tokens are different requests, and a finished one is asked for again", async () => {
  server = await FakeServer.start((_, answer) => json(answer, 200, tokens(9)));
  const auth = new AuthClient({ baseUrl: server.baseUrl });
  await Promise.all([auth.refresh({ refreshToken: "a" }), auth.refresh({ refreshToken: "b" })]);
  await auth.refresh({ refreshToken: "a" });
  assert.equal(server.seen.length, 3);
});

test("a failure reaches everyone who waits, and is not kept", async () => {
  let calls = 0;
  server = await FakeServer.start((_, answer) => {
    calls += 1;
    if (calls === 1) {
      json(answer, 500, { error: "server_error", message: "Try again" });
    } else {
      json(answer, 200, tokens(2));
    }
  });
  const auth = new AuthClient({ baseUrl: server.baseUrl });
  const both = await Promise.allSettled([auth.refresh({ refreshToken: "a" }), auth.refresh({ refreshToken: "a" })]);
  assert.deepEqual(
    both.map((one) => one.status),
    ["rejected", "rejected"],
  );
  assert.deepEqual(await auth.refresh({ refreshToken: "a" }), tokens(2));
  assert.equal(calls, 2);
});

test("a shared token is read, refreshed and kept before the next one reads it", async () => {
  const { baseUrl } = await rotating();
  let stored = "refresh-1";
  const shared = () => ({
    refreshToken: () => stored,
    keep: async (fresh: Tokens) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      stored = fresh.refresh_token;
    },
  });
  const auth = new AuthClient({ baseUrl });
  await Promise.all(Array.from({ length: 5 }, () => auth.refresh(shared())));
  assert.equal(stored, "refresh-2");
  await auth.refresh(shared());
  assert.equal(stored, "refresh-3");
  assert.equal(server.seen.length, 2);
});

test("tabs take turns under a lock that doesn't name the token", async () => {
  const { baseUrl } = await rotating();
  const browser = locks();
  browserWith(browser);
  let stored = "refresh-1";
  const shared = { refreshToken: () => stored, keep: (fresh: Tokens) => void (stored = fresh.refresh_token) };
  // Two copies of the module are two tabs: they share nothing but the browser.
  const tabs = await Promise.all(
    ["one", "two"].map(async (tab) => {
      const url = new URL(`../dist/refresh.js?${tab}`, import.meta.url);
      return (await import(url.href)) as typeof import("../dist/refresh.js");
    }),
  );
  const auth = new AuthClient({ baseUrl });
  const inTab = (tab: typeof import("../dist/refresh.js")) =>
    tab.oneTab("lock", 1000, async () => {
      const fresh = await auth.refresh({ refreshToken: shared.refreshToken() });
      shared.keep(fresh);
    });
  await Promise.all(tabs.map(inTab));
  assert.equal(stored, "refresh-3");
  await auth.refresh(shared);
  assert.equal(stored, "refresh-4");
  assert.equal(browser.names.at(-1), `keycloak-mint-client refresh ${baseUrl}`);
});

test("waiting for another tab has an end", async () => {
  const { baseUrl } = await rotating();
  browserWith(locks());
  const auth = new AuthClient({ baseUrl, timeoutMs: 100 });
  const stuck = auth.refresh({ refreshToken: () => "refresh-1", keep: () => new Promise(() => undefined) });
  void stuck;
  await assert.rejects(
    auth.refresh({ refreshToken: () => "other", keep: () => undefined }),
    (error) => error instanceof AuthError && error.code === "timeout",
  );
  assert.equal(server.seen.length, 1);
});

test("each store of calls at once keeps the new token", async () => {
  const { baseUrl } = await rotating();
  const stores = [{ token: "refresh-1" }, { token: "refresh-1" }];
  const auth = new AuthClient({ baseUrl });
  await Promise.all(
    stores.map((store) =>
      auth.refresh({ refreshToken: () => store.token, keep: (fresh) => void (store.token = fresh.refresh_token) }),
    ),
  );
  assert.deepEqual(stores, [{ token: "refresh-2" }, { token: "refresh-2" }]);
  assert.equal(server.seen.length, 1);
});
