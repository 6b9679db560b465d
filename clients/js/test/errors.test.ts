import assert from "node:assert/strict";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { afterEach, test } from "node:test";
import { inspect } from "node:util";
import { AuthClient, AuthError } from "keycloak-mint-client";
import { FakeServer, type Handler, json } from "./fake-server.js";

const TOKEN = "eyJ.secret.token";

let server: FakeServer | undefined;

afterEach(async () => {
  await server?.stop();
  server = undefined;
});

async function refused(handler: Handler, timeoutMs?: number): Promise<AuthError> {
  server = await FakeServer.start(handler);
  const auth = new AuthClient({ baseUrl: server.baseUrl, ...(timeoutMs === undefined ? {} : { timeoutMs }) });
  return failed(auth.issueAccountToken({ accountId: "a", bearerToken: TOKEN, audience: "x" }));
}

async function failed(call: Promise<unknown>): Promise<AuthError> {
  const [outcome] = await Promise.allSettled([call]);
  assert.equal(outcome.status, "rejected");
  assert.ok(outcome.reason instanceof AuthError, String(outcome.reason));
  assert.ok(!inspect(outcome.reason, { depth: 9 }).includes(TOKEN), "a token in an error");
  return outcome.reason;
}

test("the server's error is the client's", async () => {
  const error = await refused((_, answer) =>
    json(answer, 400, { error: "invalid_target", message: "Audience not allowed" }),
  );
  assert.equal(error.name, "AuthError");
  assert.equal(error.status, 400);
  assert.equal(error.code, "invalid_target");
  assert.equal(error.message, "Audience not allowed");
  assert.equal(error.challenge, undefined);
  assert.equal(error.continueUrl, undefined);
  assert.equal(error.retryAfter, undefined);
});

test("a challenge says which, and where it goes on", async () => {
  const error = await refused((_, answer) =>
    json(answer, 403, {
      error: "challenge_required",
      challenge: "otp",
      message: "A one-time code is needed",
      continue_url: "https://auth.example.com/go",
    }),
  );
  assert.equal(error.code, "challenge_required");
  assert.equal(error.challenge, "otp");
  assert.equal(error.continueUrl, "https://auth.example.com/go");
});

test("retryAfter from seconds, from a date, and from nonsense", async () => {
  const limited = (value: string) =>
    refused((_, answer) => json(answer, 429, { error: "too_many_requests", message: "Later" }, { "retry-after": value }));
  assert.equal((await limited("17")).retryAfter, 17);
  await server?.stop();
  const inAMinute = (await limited(new Date(Date.now() + 60_000).toUTCString())).retryAfter ?? 0;
  assert.ok(inAMinute > 50 && inAMinute <= 60, String(inAMinute));
  await server?.stop();
  assert.equal((await limited("soon")).retryAfter, undefined);
});

test("Keycloak's own error shape", async () => {
  const error = await refused((_, answer) => json(answer, 400, { error: "invalid_grant", error_description: "Gone" }));
  assert.equal(error.code, "invalid_grant");
  assert.equal(error.message, "Gone");
});

test("answers that are not the server's", async () => {
  const bodies: [number, string][] = [
    [502, "<html>Bad Gateway</html>"],
    [200, `{"access_token":"${TOKEN}`],
    [200, ""],
    [200, "null"],
    [200, "[]"],
    [500, '{"message":"no error member"}'],
  ];
  for (const [status, body] of bodies) {
    const error = await refused((_, answer) => {
      answer.writeHead(status, { "content-type": "text/html", "retry-after": "5" }).end(body);
    });
    assert.equal(error.code, "invalid_response", body);
    assert.equal(error.status, status);
    assert.equal(error.retryAfter, 5);
    await server?.stop();
  }
});

test("nobody listens", async () => {
  const port = await new Promise<number>((resolve) => {
    const socket = createServer().listen(0, "127.0.0.1", () => {
      const { port: free } = socket.address() as AddressInfo;
      socket.close(() => resolve(free));
    });
  });
  const auth = new AuthClient({ baseUrl: `http://127.0.0.1:${port}` });
  const error = await failed(auth.refresh({ refreshToken: TOKEN }));
  assert.equal(error.code, "network_error");
  assert.equal(error.status, 0);
  assert.ok(error.cause instanceof Error);
});

test("a redirect is not followed, so that nothing goes to another server", async () => {
  const elsewhere = await FakeServer.start((_, answer) => json(answer, 200, {}));
  try {
    const error = await refused((_, answer) => {
      answer.writeHead(307, { location: `${elsewhere.baseUrl}/x` }).end();
    });
    assert.equal(error.code, "network_error");
    assert.deepEqual(elsewhere.seen, []);
  } finally {
    await elsewhere.stop();
  }
});

test("no answer, and half an answer, in time", async () => {
  assert.equal((await refused(() => undefined, 100)).code, "timeout");
  await server?.stop();
  const half = await refused((_, answer) => {
    answer.writeHead(200, { "content-type": "application/json" });
    answer.write('{"access');
  }, 100);
  assert.equal(half.code, "timeout");
});

test("a signal ends a call, before it and during it", async () => {
  const abort = new AbortController();
  server = await FakeServer.start(() => abort.abort());
  const auth = new AuthClient({ baseUrl: server.baseUrl, clientId: "app" });
  const call = () => auth.signIn({ email: "a", password: "b", signal: abort.signal });
  assert.equal((await failed(call())).code, "aborted");
  assert.equal((await failed(call())).code, "aborted");
  assert.equal(server.seen.length, 1);
});

test("a token that no header can carry is refused without being shown", async () => {
  const auth = new AuthClient({ baseUrl: "http://127.0.0.1:9" });
  for (const bearerToken of [`${TOKEN}\nx: y`, "", `${TOKEN}é`]) {
    await assert.rejects(
      auth.issueAccountToken({ accountId: "a", bearerToken, audience: "x" }),
      (error) => error instanceof TypeError && !inspect(error).includes(TOKEN),
    );
  }
});
