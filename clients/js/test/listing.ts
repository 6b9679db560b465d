/*
 * Between the two lines: the listing "Client Library Flow" of the documentation that this client was made for, letter by
 * letter. It has to compile in strict mode and to run.
 */
import { AuthClient } from "keycloak-mint-client";
import { InboxManagerClient } from "./inbox-manager.js";

const email = process.env["EMAIL"] ?? "jane@example.com";
const password = process.env["PASSWORD"] ?? "correct-horse-1";

// ---------------------------------------------------------------------------------------------------------------------
const auth = new AuthClient({ baseUrl: "https://auth.inbox-manager.com" });
const session = await auth.signIn({
  email,
  password,
  clientId: "cid_inbox_manager",
});
const accountToken = await auth.issueAccountToken({
  accountId: session.profile.active_membership.account_id,
  bearerToken: session.tokens.access_token,
  audience: "https://api.inbox-manager.com",
});
const api = new InboxManagerClient({
  baseUrl: "https://api.inbox-manager.com",
  bearerToken: accountToken.access_token,
});
// ---------------------------------------------------------------------------------------------------------------------

export { accountToken, api, session };
