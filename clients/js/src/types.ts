/*
 * The server's answers, member by member as they come over the wire.
 */

export interface Tokens {
  access_token: string;
  refresh_token: string;
  token_type: "Bearer";
  /** Seconds. */
  expires_in: number;
  /** Seconds. */
  refresh_expires_in: number;
}

/** One account that the user belongs to. */
export interface Membership {
  account_id: string;
  account_name: string;
  alias: string;
  role: string | null;
  permissions: string[];
}

/** `A` is what a user's active membership may be; see {@link SessionOfAnyUser}. */
export interface Profile<A extends Membership | null = Membership> {
  id: string;
  email: string;
  /** As it was given at sign-up. */
  name: string | null;
  email_verified: boolean;
  active_membership: A;
  memberships: Membership[];
}

/**
 * A signed-in user. The type says that there is an active membership, as in an app where everybody has an account.
 * A user without one has `null` there: where that can happen, say `const session: SessionOfAnyUser = await …`.
 */
export interface Session<A extends Membership | null = Membership> {
  profile: Profile<A>;
  tokens: Tokens;
}

/** A {@link Session} whose user may have no account; the compiler then asks for the check. */
export type SessionOfAnyUser = Session<Membership | null>;

/** What sign-up answers in a realm that verifies emails: look into your mail. The same for an address that is taken. */
export interface Accepted {
  message: string;
}

export interface AccountToken {
  access_token: string;
  token_type: "Bearer";
  /** Seconds; never longer than the token that it was asked for with. */
  expires_in: number;
  account_id: string;
  audience: string;
  role: string | null;
  permissions: string[];
}

/** Tells the two answers of sign-up apart. */
export function isSession(answer: Session | Accepted): answer is Session {
  return "tokens" in answer;
}
