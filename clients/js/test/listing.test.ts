import assert from "node:assert/strict";
import { test } from "node:test";
import type { SessionOfAnyUser } from "keycloak-mint-client";
import { ACCOUNT_TOKEN, FakeServer, json, SESSION } from "./fake-server.js";
import { redirectDocumentedServer } from "./redirected.js";

test("the documented listing runs", async () => {
  const server = await FakeServer.start((call, answer) =>
    json(answer, 200, call.path === "/auth/sign-in" ? SESSION : ACCOUNT_TOKEN),
  );
  redirectDocumentedServer(server.baseUrl);
  try {
    const { api, session } = await import("./listing.js");
    assert.equal(api.bearerToken, "account-1");
    assert.deepEqual(server.paths, ["POST /auth/sign-in", "POST /api/accounts/0a1b/token"]);
    const any: SessionOfAnyUser = session;
    // @ts-expect-error: with this type the compiler asks for the check
    assert.equal(any.profile.active_membership.alias, "acme");
    assert.equal(any.profile.active_membership?.alias, "acme");
  } finally {
    await server.stop();
  }
});
