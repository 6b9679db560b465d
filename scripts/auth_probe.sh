#!/usr/bin/env bash
# Asks every public endpoint of a deployment for something good and something bad, and says whether each answered as
# documented. Made to be run on production:
#
#   AUTH_BASE_URL=https://auth.example.com scripts/auth_probe.sh
#   AUTH_BASE_URL=https://sso.example.com/realms/shop CLIENT_ID=cid_shop ORIGIN=https://shop.example.com scripts/auth_probe.sh
#
# By default it needs no credential, makes no user, mails nobody and touches no real user: wrong sign-ins and the one
# password reset name a random address that ends in .invalid, which nobody can have (RFC 6761, section 6.4). A run is
# about seventy requests, fifteen of them to one endpoint at most, and stays under the shipped limits if it is not
# repeated more than twice in five minutes.
#
# Environment
#   AUTH_BASE_URL    required: the root where the root paths are on, or …/realms/<realm>
#   CLIENT_ID        a client that opted in to sign-in; without it the checks that need one are skipped
#   ORIGIN           one of its web origins; without it the checks of a page are skipped
#   EMAIL, PASSWORD  a user of your own for this; with CLIENT_ID: sign-in, refresh, account token, sign-out
#   ACCOUNT_ID       that user's account; without it the one that sign-in names
#   AUDIENCE         an audience that the client may ask account tokens for
#   AUTH_PROBE_SKIP  groups that this deployment does not offer, with blanks between:
#                    jwks csrf sign-in sign-up refresh sign-out password-reset change-password verify-email accounts
#                    token-for-email verify-external-user google
#
# Prints a line a check: ok, FAIL or skip, the check, what was expected and what came. Exit code 0 if nothing failed, 1 if
# something did, 2 if it could not be started. Never prints a secret, token or answer, and passes none by command line.
# Needs bash and curl.
set -uo pipefail

fail_usage() {
  printf 'auth_probe: %s\n' "$1" >&2
  exit 2
}

[ -n "${AUTH_BASE_URL:-}" ] || fail_usage 'set AUTH_BASE_URL, for example to https://auth.example.com'
command -v curl >/dev/null || fail_usage 'curl is needed'
case $AUTH_BASE_URL in
  http://* | https://*) ;;
  *) fail_usage 'AUTH_BASE_URL must start with https:// or http://' ;;
esac
BASE=$AUTH_BASE_URL
while [ "${BASE%/}" != "$BASE" ]; do BASE=${BASE%/}; done

CLIENT_ID=${CLIENT_ID:-}
ORIGIN=${ORIGIN:-}
EMAIL=${EMAIL:-}
PASSWORD=${PASSWORD:-}
ACCOUNT_ID=${ACCOUNT_ID:-}
AUDIENCE=${AUDIENCE:-}
SKIP=" ${AUTH_PROBE_SKIP:-} "
export -n PASSWORD EMAIL # curl needs neither in its environment

RUN=$RANDOM$RANDOM$RANDOM$RANDOM
NOBODY=auth-probe-$RUN@probe-$RUN.invalid
FOREIGN=https://auth-probe-$RUN.invalid
JSON=application/json
LINE_BREAK='
'

requests=0
passed=0
failed=0
skipped=0
STATUS=
HEADERS=
BODY=

# --- one request -------------------------------------------------------------------------------------------------------

# A value as a JSON string.
json() {
  local text=$1
  text=${text//\\/\\\\}
  text=${text//\"/\\\"}
  text=${text//$'\t'/\\t}
  text=${text//$'\r'/\\r}
  text=${text//$LINE_BREAK/\\n}
  printf '"%s"' "$text"
}

# A line of a curl config file. Line breaks would start another option.
option() {
  local value=${2//\\/\\\\}
  value=${value//\"/\\\"}
  printf '%s = "%s"\n' "$1" "${value//[$'\r\n']/}"
}

# call METHOD PATH [BODY [HEADER…]]: sets STATUS, HEADERS (one a line) and BODY. The body goes by standard
# input and everything else by a config, so that the process list shows neither. Redirects are not followed.
call() {
  local method=$1 path=$2 body=${3-} header answer
  shift $(($# < 3 ? $# : 3))
  requests=$((requests + 1))
  answer=$(printf '%s' "$body" | curl --config <(
    option url "$BASE$path"
    option request "$method"
    option header 'expect:'
    option header 'accept: application/json'
    for header in "$@"; do option header "$header"; done
    if [ -n "$body" ]; then option data-binary '@-'; fi
  ) --silent --include --globoff --max-time 20 --proto '=http,https' 2>/dev/null)
  local code=$?
  if [ "$code" -ne 0 ]; then
    STATUS="no answer (curl $code)" HEADERS='' BODY=''
    return 1
  fi
  answer=${answer//$'\r'/}
  HEADERS=${answer%%"$LINE_BREAK$LINE_BREAK"*}
  BODY=
  if [ "$HEADERS" != "$answer" ]; then BODY=${answer#*"$LINE_BREAK$LINE_BREAK"}; fi
  STATUS=${HEADERS#* }
  STATUS=${STATUS:0:3}
}

post() {
  local path=$1 body=$2
  shift 2
  call POST "$path" "$body" "content-type: $JSON" "$@"
}

# The value of a header of the answer, in whatever case its name came. To be called in a subshell.
header() {
  local line
  shopt -s nocasematch
  while IFS= read -r line; do
    if [[ ${line%%:*} == "$1" ]]; then
      line=${line#*:}
      printf '%s' "${line# }"
      return
    fi
  done <<<"$HEADERS"
}

# The first string of that name in the answer.
member() {
  local pattern="\"$1\"[[:space:]]*:[[:space:]]*\"([^\"]*)\""
  if [[ $BODY =~ $pattern ]]; then printf '%s' "${BASH_REMATCH[1]}"; fi
}

# What the answer says in one word: `error`, or `code` in the shapes that have one.
word() {
  local code
  code=$(member code)
  printf '%s' "${code:-$(member error)}"
}

# --- one check ---------------------------------------------------------------------------------------------------------

line() {
  printf '%-4s  %-48s expected %-31s got %s\n' "$1" "$2" "$3" "$4"
}

pass() {
  passed=$((passed + 1))
  line ok "$@"
}

flunk() {
  failed=$((failed + 1))
  line FAIL "$@"
}

skip() {
  skipped=$((skipped + 1))
  printf '%-4s  %-48s %s\n' skip "$1" "$2"
}

# True for a group that is to be asked.
offered() {
  case $SKIP in
    *" $1 "*)
      skip "$1" 'as AUTH_PROBE_SKIP says'
      return 1
      ;;
  esac
}

# missing GROUP: true, and a failure, where the last call found nothing there; the group's other checks would say the same.
missing() {
  [ "$STATUS" = 404 ] || return 1
  flunk "$1: is there" 'an answer' '404 (AUTH_PROBE_SKIP names what is off)'
}

# What no answer may be, in words; nothing if it is well.
complaint() {
  case $BODY in
    *Exception* | *"${LINE_BREAK}	at "* | *org.keycloak* | *io.github.* | *java.lang* | *jakarta.*)
      printf 'a body that shows the inside of the server'
      return
      ;;
  esac
  if [ "${1:-}" != cached ]; then
    case $(header cache-control) in
      *no-store*) ;;
      *) printf 'no Cache-Control: no-store' && return ;;
    esac
  fi
  if [ -n "$BODY" ]; then
    case $(header content-type) in
      application/json*) ;;
      *) printf 'a body that is not application/json' && return ;;
    esac
  fi
}

# expect NAME STATUS [WORD]: of the last call.
expect() {
  local name=$1 wanted=$2${3:+ $3} got=$STATUS wrong
  local said
  said=$(word)
  if [ -n "${3:-}" ]; then got="$STATUS ${said:-(no error)}"; fi
  if [ "$got" != "$wanted" ]; then
    flunk "$name" "$wanted" "$STATUS${said:+ $said}"
    return 1
  fi
  wrong=$(complaint)
  if [ -n "$wrong" ]; then
    flunk "$name" "$wanted" "$got, but $wrong"
    return 1
  fi
  pass "$name" "$wanted" "$got"
}

# expect_header NAME HEADER PATTERN WANTED: of the last call.
expect_header() {
  local got shown
  got=$(header "$2")
  shown=${got:-none}
  # A cookie may be a token.
  if [ "$2" = set-cookie ] && [ -n "$got" ]; then shown='one (not shown)'; fi
  # shellcheck disable=SC2254 # a pattern is what is wanted
  case $got in
    $3) pass "$1" "$4" "$shown" ;;
    *) flunk "$1" "$4" "$shown" ;;
  esac
}

# expect_member NAME MEMBER…: that the last call's answer has each; no value is shown.
expect_member() {
  local name=$1 missing='' one
  shift
  for one in "$@"; do
    case $BODY in *"\"$one\""*) ;; *) missing="$missing $one" ;; esac
  done
  if [ -z "$missing" ]; then pass "$name" "its $# members" all; else flunk "$name" "its $# members" "none of$missing"; fi
}

# A JSON door answers the same to what is no JSON, no form and no method of its own.
door() {
  local path=$1 name=$2
  call POST "$path" '{}' 'content-type: text/plain'
  expect "$name: text/plain" 415 "${3:-unsupported_media_type}"
  call GET "$path"
  expect "$name: GET" 405 "${4:-method_not_allowed}"
  expect_header "$name: GET says what is allowed" allow '*POST*' 'Allow: POST'
}

# --- the groups --------------------------------------------------------------------------------------------------------

probe_jwks() {
  local wrong etag
  call GET /.well-known/jwks.json
  if [ "$STATUS" != 200 ]; then
    flunk 'jwks: keys' 200 "$STATUS"
    return
  fi
  wrong=$(complaint cached)
  case $BODY in *'"keys"'*) ;; *) wrong='an answer without keys' ;; esac
  # RFC 7518, sections 6.2.2, 6.3.2 and 6.4: what only a private or a symmetric key has
  if [[ $BODY =~ \"(d|p|q|dp|dq|qi|k)\"[[:space:]]*: ]] || [[ $BODY =~ \"kty\"[[:space:]]*:[[:space:]]*\"oct\" ]]; then
    wrong='a private or symmetric key'
  fi
  if [ -n "$wrong" ]; then flunk 'jwks: public keys alone' 200 "200, but $wrong"; else pass 'jwks: public keys alone' 200 200; fi
  expect_header 'jwks: may be kept for a while' cache-control '*max-age=[1-9]*' 'max-age'
  etag=$(header etag)
  expect_header 'jwks: has an ETag' etag '?*' 'ETag'
  call GET /.well-known/jwks.json '' "if-none-match: $etag"
  if [ "$STATUS" = 304 ]; then pass 'jwks: not changed' 304 304; else flunk 'jwks: not changed' 304 "$STATUS"; fi
}

probe_csrf() {
  call GET /auth/csrf
  missing csrf && return
  expect 'csrf: no client_id' 400 bad_request
  call GET "/auth/csrf?client_id=auth-probe-$RUN"
  expect 'csrf: unknown client' 400 bad_request
  call POST /auth/csrf '{}' "content-type: $JSON"
  expect 'csrf: POST' 405 method_not_allowed
  if [ -z "$CLIENT_ID" ]; then
    skip 'csrf: of a page' 'no CLIENT_ID'
    return
  fi
  call GET "/auth/csrf?client_id=$(urlencode "$CLIENT_ID")" '' "origin: $FOREIGN"
  expect 'csrf: foreign Origin' 403 forbidden
  expect_header 'csrf: foreign Origin gets no cookie' set-cookie '' none
  if [ -z "$ORIGIN" ]; then
    skip 'csrf: own Origin' 'no ORIGIN'
    return
  fi
  call GET "/auth/csrf?client_id=$(urlencode "$CLIENT_ID")" '' "origin: $ORIGIN"
  expect 'csrf: own Origin' 200 && expect_member 'csrf: members' csrf_token expires_in
  expect_header 'csrf: readable for the page' access-control-allow-origin "$ORIGIN" "$ORIGIN"
}

# For query values.
urlencode() {
  local text=$1 i char
  local LC_ALL=C
  for ((i = 0; i < ${#text}; i++)); do
    char=${text:i:1}
    case $char in
      [a-zA-Z0-9._~-]) printf '%s' "$char" ;;
      *) printf '%%%02X' "'$char" ;;
    esac
  done
}

probe_sign_in() {
  local wrong
  post /auth/sign-in '{}'
  missing sign-in && return
  expect 'sign-in: nothing in the body' 400 bad_request
  post /auth/sign-in '{"client_id":'
  expect 'sign-in: broken JSON' 400 bad_request
  post /auth/sign-in '{"email":"a","email":"b"}'
  expect 'sign-in: a member twice' 400 bad_request
  post /auth/sign-in "{\"client_id\":\"auth-probe-$RUN\",\"email\":\"$NOBODY\",\"password\":\"auth-probe-$RUN\"}"
  expect 'sign-in: unknown client' 400 bad_request
  call POST /auth/sign-in 'email=a&password=b' 'content-type: application/x-www-form-urlencoded'
  expect 'sign-in: a form' 415 unsupported_media_type
  post /auth/sign-in "{\"email\":\"$(printf '%066000d' 0)\"}"
  expect 'sign-in: 66,000 bytes' 413 payload_too_large
  door /auth/sign-in sign-in
  call OPTIONS /auth/sign-in '' "origin: $FOREIGN" 'access-control-request-method: POST'
  expect_header 'sign-in: preflight of a foreign page' access-control-allow-origin '' none
  if [ -z "$CLIENT_ID" ]; then
    skip 'sign-in: of a client' 'no CLIENT_ID'
    return
  fi
  wrong="{\"client_id\":$(json "$CLIENT_ID"),\"email\":\"$NOBODY\",\"password\":\"auth-probe-$RUN\"}"
  post /auth/sign-in "$wrong"
  expect 'sign-in: unknown user' 401 unauthorized
  if [ "$(member message)" = 'Invalid email or password' ]; then
    pass 'sign-in: unknown user, message' 'the documented one' 'it'
  else
    flunk 'sign-in: unknown user, message' 'the documented one' 'another'
  fi
  post /auth/sign-in "$wrong" "origin: $FOREIGN"
  expect 'sign-in: foreign Origin' 403 forbidden
  expect_header 'sign-in: foreign Origin gets no cookie' set-cookie '' none
  expect_header 'sign-in: not readable for a foreign page' access-control-allow-origin '' none
  post /auth/sign-in "$wrong" 'origin: null'
  expect 'sign-in: Origin null' 403 forbidden
  if [ -z "$ORIGIN" ]; then
    skip 'sign-in: of a page' 'no ORIGIN'
    return
  fi
  post /auth/sign-in "$wrong" "origin: $ORIGIN"
  expect 'sign-in: own Origin without csrf_token' 403 forbidden
  call OPTIONS /auth/sign-in '' "origin: $ORIGIN" 'access-control-request-method: POST'
  expect_header 'sign-in: preflight of the page' access-control-allow-origin "$ORIGIN" "$ORIGIN"
}

probe_sign_up() {
  post /auth/sign-up '{}'
  missing sign-up && return
  expect 'sign-up: nothing in the body' 400 bad_request
  # without a password no user can come of it
  post /auth/sign-up "{\"client_id\":$(json "${CLIENT_ID:-auth-probe-$RUN}"),\"email\":\"no address\",\"name\":\"Probe\"}"
  expect 'sign-up: no address and no password' 400 bad_request
  door /auth/sign-up sign-up
}

probe_refresh() {
  post /auth/refresh '{"refresh_token":7}'
  missing refresh && return
  expect 'refresh: a number for a token' 400 bad_request
  post /auth/refresh '{"refresh_token":"auth.probe.token"}'
  expect 'refresh: no token of the realm' 401 unauthorized
  door /auth/refresh refresh
}

probe_sign_out() {
  post /auth/sign-out '{"refresh_token":"auth.probe.token"}'
  missing sign-out && return
  expect 'sign-out: no token of the realm' 204
  call GET /auth/sign-out
  expect 'sign-out: GET' 405
}

probe_password_reset() {
  post /auth/password-reset '{}'
  missing password-reset && return
  expect 'password-reset: nothing in the body' 400 bad_request
  door /auth/password-reset password-reset
  if [ -n "$CLIENT_ID" ]; then
    post /auth/password-reset "{\"client_id\":$(json "$CLIENT_ID"),\"email\":\"$NOBODY\"}"
    if [ "$STATUS" = 404 ]; then
      flunk 'password-reset: an address that nobody has' 202 "404 (neither --hostname nor the realm's frontend URL is set?)"
    else
      expect 'password-reset: an address that nobody has' 202
    fi
  else
    skip 'password-reset: an address that nobody has' 'no CLIENT_ID'
  fi
  post /auth/password-reset/verify '{}'
  expect 'password-reset/verify: nothing in the body' 400 bad_request
  post /auth/password-reset/verify "{\"token\":\"auth.probe.token\",\"new_password\":\"auth-probe-$RUN\"}"
  expect 'password-reset/verify: no token of the realm' 401 unauthorized
}

probe_change_password() {
  local body="{\"current_password\":\"auth-probe\",\"new_password\":\"auth-probe-$RUN\"}"
  post /auth/change-password "$body"
  missing change-password && return
  expect 'change-password: no bearer' 401 unauthorized
  post /auth/change-password "$body" 'authorization: Bearer auth.probe.token'
  expect 'change-password: no token of the realm' 401 unauthorized
  call GET /auth/change-password
  expect 'change-password: GET' 405 method_not_allowed
}

probe_verify_email() {
  post /auth/verify-email '{}'
  missing verify-email && return
  expect 'verify-email: nothing in the body' 400 bad_request
  post /auth/verify-email '{"token":"auth.probe.token"}'
  expect 'verify-email: no token of the realm' 401 unauthorized
  post /auth/verify-email/resend '{}'
  expect 'verify-email/resend: nothing in the body' 400 bad_request
}

probe_accounts() {
  local path=/api/accounts/auth-probe-$RUN/token body="{\"audience\":\"https://auth-probe.invalid\"}"
  post "$path" "$body"
  missing accounts && return
  expect 'account token: no bearer' 401 unauthorized
  post "$path" "$body" 'authorization: Bearer auth.probe.token'
  expect 'account token: no token of the realm' 401 unauthorized
  post "$path" "$body" 'authorization: Basic YXV0aDpwcm9iZQ=='
  expect 'account token: another scheme' 401 unauthorized
  call GET "$path"
  expect 'account token: GET' 405 method_not_allowed
  call GET /api/accounts
  expect 'accounts: no bearer' 401 unauthorized
  call GET "/api/accounts/auth-probe-$RUN/members"
  expect 'accounts, members: no bearer' 401 unauthorized
  post /api/invitations/accept '{"token":"auth.probe.token"}'
  expect 'invitations/accept: no bearer' 401 unauthorized
}

probe_token_for_email() {
  post /api/auth/token-for-email "{\"email\":\"$NOBODY\",\"platformId\":1}"
  expect 'token-for-email: no secret' 401 UNAUTHORIZED
  call GET /api/auth/token-for-email
  expect 'token-for-email: GET' 405 METHOD_NOT_ALLOWED
}

probe_verify_external_user() {
  post /auth/verify-external-user '{}'
  missing verify-external-user && return
  expect 'verify-external-user: nothing in the body' 400 auth/missing-jwt
  door /auth/verify-external-user verify-external-user auth/unsupported-media-type auth/method-not-allowed
  post /auth/request-new-access-token '{"refreshToken":"auth.probe.token"}'
  expect 'request-new-access-token: no token of the realm' 403 auth/refresh-token-invalid
}

probe_google() {
  post /auth/google '{}'
  missing google && return
  expect 'google: nothing in the body' 400 bad_request
  call GET /auth/google
  expect 'google: GET' 405
}

probe_unknown_paths() {
  call GET "/auth/auth-probe-$RUN"
  expect 'unknown path under /auth' 404 not_found
  call GET "/api/auth-probe-$RUN"
  expect 'unknown path under /api' 404 not_found
}

# Everything that a user of your own can see.
probe_session() {
  local csrf='' access refresh account
  if [ -n "$ORIGIN" ]; then
    call GET "/auth/csrf?client_id=$(urlencode "$CLIENT_ID")" '' "origin: $ORIGIN"
    csrf=$(member csrf_token)
  fi
  post /auth/sign-in "{\"client_id\":$(json "$CLIENT_ID"),\"email\":$(json "$EMAIL"),\"password\":$(json "$PASSWORD")${csrf:+,\"csrf_token\":$(json "$csrf")}}" \
    ${ORIGIN:+"origin: $ORIGIN"}
  expect 'session: sign-in' 200 || return
  expect_member 'session: members' profile email active_membership memberships tokens access_token refresh_token \
    token_type expires_in refresh_expires_in
  refresh=$(member refresh_token)
  account=${ACCOUNT_ID:-$(member account_id)}
  post /auth/refresh "{\"refresh_token\":$(json "$refresh"),\"client_id\":$(json "$CLIENT_ID")}"
  expect 'session: refresh' 200 && refresh=$(member refresh_token)
  access=$(member access_token)
  call GET /api/accounts '' "authorization: Bearer $access"
  expect 'session: accounts' 200
  probe_account_token "$account" "$access"
  post /auth/sign-out "{\"refresh_token\":$(json "$refresh")}"
  expect 'session: sign-out' 204
  post /auth/refresh "{\"refresh_token\":$(json "$refresh"),\"client_id\":$(json "$CLIENT_ID")}"
  expect 'session: refresh after sign-out' 401 unauthorized
}

probe_account_token() {
  local account=$1 bearer="authorization: Bearer $2"
  post "/api/accounts/auth-probe-$RUN/token" "{\"audience\":$(json "${AUDIENCE:-https://auth-probe.invalid}")}" "$bearer"
  expect 'session: token for an account of nobody' 403 forbidden
  if [ -z "$account" ]; then
    skip 'session: account token' 'the user has no account'
    return
  fi
  account=$(urlencode "$account")
  post "/api/accounts/$account/token" "{\"audience\":\"https://auth-probe-$RUN.invalid\"}" "$bearer"
  expect 'session: token for an audience of nobody' 400 invalid_target
  if [ -z "$AUDIENCE" ]; then
    skip 'session: account token' 'no AUDIENCE'
    return
  fi
  post "/api/accounts/$account/token" "{\"audience\":$(json "$AUDIENCE")}" "$bearer"
  expect 'session: account token' 200 && expect_member 'session: account token, members' access_token token_type \
    expires_in account_id audience role permissions
}

# --- the run -----------------------------------------------------------------------------------------------------------

printf 'auth_probe: %s\n' "$BASE"
if ! call GET /.well-known/jwks.json; then
  flunk 'the server' 'an answer' "$STATUS"
  exit 1
fi

for group in jwks csrf sign-in sign-up refresh sign-out password-reset change-password verify-email accounts \
  token-for-email verify-external-user google; do
  offered "$group" && "probe_${group//-/_}"
done
probe_unknown_paths
if [ -z "$EMAIL" ] || [ -z "$PASSWORD" ] || [ -z "$CLIENT_ID" ]; then
  skip 'session' 'no EMAIL, PASSWORD and CLIENT_ID'
else
  probe_session
fi

printf 'auth_probe: %d ok, %d failed, %d skipped; %d requests\n' "$passed" "$failed" "$skipped" "$requests"
[ "$failed" -eq 0 ]
