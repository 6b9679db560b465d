import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { AuthClient } from "keycloak-mint-client";
import { SESSION, tokens } from "./fake-server.js";

interface Sent {
  url: string;
  init: RequestInit;
}

function page(origin: string): void {
  Object.defineProperty(globalThis, "location", { value: { origin }, configurable: true });
}

afterEach(() => void Reflect.deleteProperty(globalThis, "location"));

/** What a page's client hands to the browser's fetch. */
function recording(): { sent: Sent[]; fetch: typeof globalThis.fetch } {
  const sent: Sent[] = [];
  return {
    sent,
    fetch: async (input, init = {}) => {
      const url = String(input);
      sent.push({ url, init });
      const body = url.includes("/csrf") ? { csrf_token: `c${sent.length}`, expires_in: 600 } : SESSION;
      return Response.json(url.endsWith("/refresh") ? tokens(2) : body);
    },
  };
}

test("in a page, signIn and signUp fetch a csrf token each and let the cookie through", async () => {
  page("https://app.inbox-manager.com");
  const { sent, fetch } = recording();
  const auth = new AuthClient({ baseUrl: "https://auth.example.com", clientId: "app", fetch });
  await auth.signIn({ email: "a", password: "b" });
  await auth.signUp({ email: "a", password: "b", name: "c" });
  assert.deepEqual(
    sent.map(({ url, init }) => [init.method, url, init.credentials]),
    [
      ["GET", "https://auth.example.com/auth/csrf?client_id=app", "include"],
      ["POST", "https://auth.example.com/auth/sign-in", "include"],
      ["GET", "https://auth.example.com/auth/csrf?client_id=app", "include"],
      ["POST", "https://auth.example.com/auth/sign-up", "include"],
    ],
  );
  assert.equal(JSON.parse(String(sent[1]?.init.body)).csrf_token, "c1");
  assert.equal(JSON.parse(String(sent[3]?.init.body)).csrf_token, "c3");
});

test("a csrf token of the app's own is sent as it is", async () => {
  page("https://app.inbox-manager.com");
  const { sent, fetch } = recording();
  const auth = new AuthClient({ baseUrl: "https://auth.example.com", clientId: "app", fetch });
  await auth.signIn({ email: "a", password: "b", csrfToken: "mine" });
  assert.equal(sent.length, 1);
  assert.equal(JSON.parse(String(sent[0]?.init.body)).csrf_token, "mine");
});

test("the other doors send no cookie, and only headers that a preflight of the server allows", async () => {
  page("https://app.inbox-manager.com");
  const { sent, fetch } = recording();
  const auth = new AuthClient({ baseUrl: "https://auth.example.com", origin: "https://liar.example", fetch });
  await auth.refresh({ refreshToken: "r" });
  await auth.signOut({ refreshToken: "r" });
  await auth.issueAccountToken({ accountId: "a", bearerToken: "t", audience: "x" });
  assert.deepEqual(new Set(sent.map(({ init }) => init.credentials)), new Set(["omit"]));
  assert.deepEqual(
    new Set(sent.flatMap(({ init }) => Object.keys(init.headers ?? {}))),
    new Set(["accept", "content-type", "authorization"]),
  );
});

test("a file or a sandboxed frame has no origin to speak of", async () => {
  page("null");
  const { sent, fetch } = recording();
  const auth = new AuthClient({ baseUrl: "https://auth.example.com", clientId: "app", fetch });
  await auth.signIn({ email: "a", password: "b" });
  assert.equal(sent.length, 1);
});
