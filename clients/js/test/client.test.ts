import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { AuthClient, isSession } from "keycloak-mint-client";
import { ACCOUNT_TOKEN, FakeServer, type Handler, json, SESSION, tokens } from "./fake-server.js";

let server: FakeServer;

async function client(handler: Handler, path = ""): Promise<AuthClient> {
  server = await FakeServer.start(handler);
  return new AuthClient({ baseUrl: server.baseUrl + path, clientId: "app" });
}

afterEach(() => server.stop());

test("signIn sends snake_case without a csrf token and returns the answer unchanged", async () => {
  const auth = await client((_, answer) => json(answer, 200, SESSION));
  const session = await auth.signIn({
    email: "jane@example.com",
    password: "pass",
    clientId: "cid_inbox_manager",
    totp: "123456",
    accountId: "0a1b",
  });
  assert.deepEqual(session, SESSION);
  assert.deepEqual(server.paths, ["POST /auth/sign-in"]);
  assert.deepEqual(server.seen[0]?.body, {
    client_id: "cid_inbox_manager",
    email: "jane@example.com",
    password: "pass",
    totp: "123456",
    account_id: "0a1b",
  });
  assert.equal(server.seen[0]?.headers["content-type"], "application/json");
  assert.equal(server.seen[0]?.headers.origin, undefined);
});

test("signUp returns a session or the message of a realm that verifies emails", async () => {
  const answers: [number, unknown][] = [
    [201, SESSION],
    [202, { message: "Check your mail" }],
  ];
  const auth = await client((_, answer) => json(answer, ...(answers.shift() as [number, unknown])));
  const first = await auth.signUp({
    email: "a@example.com",
    password: "p",
    firstName: "Ann",
    lastName: "Lee",
    accountName: "Lee & Sons",
    invitation: "inv",
  });
  const second = await auth.signUp({ email: "a@example.com", password: "p", name: "Ann Lee" });
  assert.ok(isSession(first));
  assert.equal(first.tokens.access_token, "access-1");
  assert.ok(!isSession(second));
  assert.equal(second.message, "Check your mail");
  assert.deepEqual(
    server.seen.map(({ body }) => body),
    [
      {
        client_id: "app",
        email: "a@example.com",
        password: "p",
        first_name: "Ann",
        last_name: "Lee",
        account_name: "Lee & Sons",
        invitation: "inv",
      },
      { client_id: "app", email: "a@example.com", password: "p", name: "Ann Lee" },
    ],
  );
});

test("issueAccountToken sends the bearer and encodes the account's id", async () => {
  const auth = await client((_, answer) => json(answer, 200, ACCOUNT_TOKEN), "/realms/demo/");
  const token = await auth.issueAccountToken({
    accountId: "a/../b?c",
    bearerToken: "access-1",
    audience: "https://api.inbox-manager.com",
    scope: "campaigns",
  });
  assert.deepEqual(token, ACCOUNT_TOKEN);
  assert.deepEqual(server.paths, ["POST /realms/demo/api/accounts/a%2F..%2Fb%3Fc/token"]);
  assert.equal(server.seen[0]?.headers.authorization, "Bearer access-1");
  assert.deepEqual(server.seen[0]?.body, { audience: "https://api.inbox-manager.com", scope: "campaigns" });
  await assert.rejects(auth.issueAccountToken({ accountId: "..", bearerToken: "t", audience: "x" }), TypeError);
});

test("refresh names the client, signOut the refresh token", async () => {
  const auth = await client((call, answer) => {
    if (call.path === "/auth/refresh") {
      json(answer, 200, tokens(2));
    } else {
      answer.writeHead(204).end();
    }
  });
  assert.deepEqual(await auth.refresh({ refreshToken: "refresh-1" }), tokens(2));
  assert.equal(await auth.signOut({ refreshToken: "refresh-2" }), undefined);
  assert.deepEqual(
    server.seen.map(({ path, body }) => ({ path, body })),
    [
      { path: "/auth/refresh", body: { refresh_token: "refresh-1", client_id: "app" } },
      { path: "/auth/sign-out", body: { refresh_token: "refresh-2" } },
    ],
  );
});

test("the password and mail doors", async () => {
  const auth = await client((call, answer) => {
    if (call.path === "/auth/password-reset") {
      json(answer, 202, { message: "Check your mail" });
    } else {
      answer.writeHead(204).end();
    }
  });
  await auth.requestPasswordReset({ email: "jane@example.com" });
  await auth.resetPassword({ token: "key", newPassword: "new" });
  await auth.changePassword({ bearerToken: "access-1", currentPassword: "old", newPassword: "new" });
  await auth.verifyEmail({ token: "key" });
  await auth.resendVerification({ email: "jane@example.com", clientId: "other" });
  assert.deepEqual(
    server.seen.map(({ path, body, headers }) => [path, body, headers.authorization]),
    [
      ["/auth/password-reset", { client_id: "app", email: "jane@example.com" }, undefined],
      ["/auth/password-reset/verify", { token: "key", new_password: "new" }, undefined],
      ["/auth/change-password", { current_password: "old", new_password: "new" }, "Bearer access-1"],
      ["/auth/verify-email", { token: "key" }, undefined],
      ["/auth/verify-email/resend", { client_id: "other", email: "jane@example.com" }, undefined],
    ],
  );
});

test("an origin given in Node is sent, and a csrf token fetched for it", async () => {
  server = await FakeServer.start((call, answer) =>
    call.method === "GET" ? json(answer, 200, { csrf_token: "c1", expires_in: 600 }) : json(answer, 200, SESSION),
  );
  const auth = new AuthClient({ baseUrl: server.baseUrl, origin: "https://app.inbox-manager.com" });
  await auth.signIn({ email: "jane@example.com", password: "pass", clientId: "a b" });
  assert.deepEqual(server.paths, ["GET /auth/csrf?client_id=a%20b", "POST /auth/sign-in"]);
  assert.deepEqual(
    server.seen.map(({ headers }) => headers.origin),
    ["https://app.inbox-manager.com", "https://app.inbox-manager.com"],
  );
  assert.equal((server.seen[1]?.body as { csrf_token: string }).csrf_token, "c1");
});

test("arguments that are wrong are TypeErrors, before anything is sent", async () => {
  const auth = new AuthClient({ baseUrl: (await FakeServer.start(() => undefined).then((s) => (server = s))).baseUrl });
  await assert.rejects(auth.signIn({ email: "a", password: "b" }), /clientId is missing/);
  for (const baseUrl of ["", "auth.example.com", "ftp://x", "https://u:p@x", "https://x/?a", "https://x/#a"]) {
    assert.throws(() => new AuthClient({ baseUrl }), TypeError, baseUrl);
  }
  assert.throws(() => new AuthClient({ baseUrl: "https://x", timeoutMs: 0 }), TypeError);
  assert.deepEqual(server.seen, []);
});
