export {
  AuthClient,
  type Abortable,
  type AccountTokenArguments,
  type AuthClientOptions,
  type KnownRefreshToken,
  type SharedRefreshToken,
  type SignInArguments,
  type SignUpArguments,
} from "./auth-client.js";
export { AuthError, type AuthErrorCode } from "./auth-error.js";
export {
  isSession,
  type Accepted,
  type AccountToken,
  type Membership,
  type Profile,
  type Session,
  type SessionOfAnyUser,
  type Tokens,
} from "./types.js";
