/*
 * The client against a running server; prints what happened as JSON, without tokens.
 * BASE_URL: with or without /realms/…; EMAIL, PASSWORD: a user with an account; CLIENT_ID, AUDIENCE, ORIGIN as in the demo.
 */
import { AuthClient, AuthError } from "keycloak-mint-client";
import { redirectDocumentedServer } from "./redirected.js";

function setting(name: string, otherwise?: string): string {
  const value = process.env[name] ?? otherwise;
  if (value === undefined) {
    throw new Error(`${name} is not set`);
  }
  return value;
}

const baseUrl = setting("BASE_URL");
const email = setting("EMAIL", "jane@example.com");
const password = setting("PASSWORD", "correct-horse-1");
const clientId = setting("CLIENT_ID", "cid_inbox_manager");
const audience = setting("AUDIENCE", "https://api.inbox-manager.com");
const origin = setting("ORIGIN", "https://app.inbox-manager.com");

/** How a call was refused; a call that is not refused fails the run. */
async function refusal(call: Promise<unknown>): Promise<{ code: string; status: number; message: string }> {
  try {
    await call;
  } catch (error) {
    if (error instanceof AuthError) {
      return { code: error.code, status: error.status, message: error.message };
    }
    throw error;
  }
  throw new Error("a call was answered that should have been refused");
}

function claims(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"));
}

const auth = new AuthClient({ baseUrl, clientId });
const session = await auth.signIn({ email, password });
const { profile } = session;
const account = profile.active_membership;
const bearerToken = session.tokens.access_token;
const accountId = account.account_id;

const unknownAudience = await refusal(
  auth.issueAccountToken({ accountId, bearerToken, audience: "https://api.unknown.example" }),
);
const unknownAccount = await refusal(auth.issueAccountToken({ accountId: "no/such account", bearerToken, audience }));

// Twenty at once are one: with two, a server that rotates would have ended the session.
const refreshed = await Promise.all(
  Array.from({ length: 20 }, () => auth.refresh({ refreshToken: session.tokens.refresh_token })),
);
const tokens = refreshed[0] as (typeof refreshed)[0];
const accountToken = await auth.issueAccountToken({ accountId, bearerToken: tokens.access_token, audience });

const page = new AuthClient({ baseUrl, clientId, origin });
const fromPage = await page.signIn({ email, password });
await page.signOut({ refreshToken: fromPage.tokens.refresh_token });
const foreignPage = await refusal(
  new AuthClient({ baseUrl, clientId, origin: "https://evil.example" }).signIn({ email, password }),
);

await auth.signOut({ refreshToken: tokens.refresh_token });
await auth.signOut({ refreshToken: tokens.refresh_token });
const afterSignOut = await refusal(auth.refresh({ refreshToken: tokens.refresh_token }));
const wrongPassword = await refusal(auth.signIn({ email, password: `${password}-wrong` }));

redirectDocumentedServer(baseUrl);
const listing = await import("./listing.js");
const listed = claims(listing.api.bearerToken);
await new AuthClient({ baseUrl: "https://auth.inbox-manager.com" }).signOut({
  refreshToken: listing.session.tokens.refresh_token,
});

const { access_token, ...rest } = accountToken;
const { aud, account_id, team_id, role, permissions } = claims(access_token);
console.log(
  JSON.stringify({
    node: process.version,
    profile,
    tokenMembers: Object.keys(session.tokens).sort(),
    refreshTokens: new Set(refreshed.map((one) => one.refresh_token)).size,
    rotated: tokens.refresh_token !== session.tokens.refresh_token,
    accountToken: rest,
    claims: { aud, account_id, team_id, role, permissions },
    pageSignedIn: fromPage.profile.email,
    listing: { aud: listed["aud"], account_id: listed["account_id"] },
    unknownAudience,
    unknownAccount,
    foreignPage,
    wrongPassword,
    afterSignOut,
  }),
);
