#!/usr/bin/env bash
# Makes a realm's APIs, clients, accounts and members be what a file says, through Keycloak's admin REST API. Running it
# again changes nothing and says so. What the file does not name is left alone, and nothing is ever deleted.
#
#   . target/demo/demo.env
#   REALM=demo scripts/auth_bootstrap_accounts.sh [--dry-run] [--create-users] [--unverified-users] scripts/accounts.example.json
#
#   --dry-run        reads, and says what it would do
#   --create-users   makes the members that are not there; without it a missing user stops the run before anything is
#                    changed. Such a user has no password: the first one is set by the password reset ("forgot password")
#   --unverified-users  also puts members into accounts whose email is not verified, or who are disabled; without it such a
#                    one, who may be anybody that registered the address first, stops the run before anything is changed
#
# Environment
#   BASE_URL                            required: the server's root, for example https://sso.example.com
#   REALM                               required
#   ADMIN_CLIENT_ID, ADMIN_CLIENT_SECRET  a client whose service account has these roles of realm-management:
#                                       manage-clients, manage-organizations, manage-users, view-realm
#   ADMIN_USER, ADMIN_PASSWORD          or an administrator
#   ADMIN_REALM                         where that client or user is; REALM for a client, master for a user
#
# The file (accounts.example.json is one):
#   apis      [{clientId, name?, roles: {owner: [...], admin: [...], member: [...]}}]: resource servers, whose roles are the
#             permissions in account tokens
#   clients   [{clientId, name?, origins, redirectUris?, capabilities, audiences?}]: public clients of apps
#   accounts  [{alias, name?, members?: [{email, role?, firstName?, lastName?}]}]: a member without role is a `member`; a
#             member who is in another of the three groups is moved
#
# Exit code 0 when the realm is as the file says (or, with --dry-run, could be), 1 when something failed, 2 for a wrong
# call or file. Prints no secret. Needs bash, curl and jq.
set -euo pipefail

DRY=
CREATE_USERS=
UNVERIFIED_USERS=
FILE=

# --- what is asked for -------------------------------------------------------------------------------------------------

wrong() {
  printf 'auth_bootstrap_accounts: %s\n' "$1" >&2
  exit 2
}

failed() {
  printf 'auth_bootstrap_accounts: %s\n' "$1" >&2
  exit 1
}

for argument in "$@"; do
  case $argument in
    --dry-run) DRY=1 ;;
    --create-users) CREATE_USERS=1 ;;
    --unverified-users) UNVERIFIED_USERS=1 ;;
    -*) wrong "unknown option $argument" ;;
    *)
      [ -z "$FILE" ] || wrong 'one file, please'
      FILE=$argument
      ;;
  esac
done
[ -n "$FILE" ] || wrong 'usage: auth_bootstrap_accounts.sh [--dry-run] [--create-users] [--unverified-users] FILE'
[ -r "$FILE" ] || wrong "$FILE can't be read"
for tool in curl jq; do
  command -v "$tool" >/dev/null || wrong "$tool is needed"
done
[ -n "${BASE_URL:-}" ] || wrong 'set BASE_URL, for example to https://sso.example.com'
[ -n "${REALM:-}" ] || wrong 'set REALM'
BASE=${BASE_URL%/}

# Everything that a run relies on, in one list of what is wrong.
complaints=$(jq -r '
  def text: type == "string" and length > 0;
  def texts: type == "array" and all(.[]; text);
  def roles: ["owner", "admin", "member"];
  if type != "object" then "it is not a JSON object" else
    (keys - ["apis", "clients", "accounts"])[] | "unknown member \(.)" end,
  if type == "object" then
    (.apis // [] | .[]
      | (select(.clientId | text | not) | "an api without clientId"),
        (select(.roles | type != "object") | "api \(.clientId): no roles"),
        (select(.roles | type == "object") | .clientId as $id | .roles | to_entries[]
          | select((.key | IN(roles[]) | not) or (.value | texts | not))
          | "api \($id): roles of \(.key)")),
    (.clients // [] | .[]
      | (select(.clientId | text | not) | "a client without clientId"),
        (select(.origins | texts | not) | "client \(.clientId): origins"),
        (select(.origins | texts) | .clientId as $id | .origins[]
          | select(test("^https?://[a-z0-9.-]+(:[0-9]+)?$") | not) | "client \($id): origin \(.)"),
        (select(.redirectUris | . == null or texts | not) | "client \(.clientId): redirectUris"),
        (select(.capabilities | texts | not) | "client \(.clientId): capabilities"),
        (select(.audiences | . == null or texts | not) | "client \(.clientId): audiences")),
    (.accounts // [] | .[]
      | (select((.alias | text | not) or (.alias | test("^[a-z0-9][a-z0-9-]*$") | not))
          | "account \(.alias): an alias is of a-z, 0-9 and -"),
        (select(.name | . == null or text | not) | "account \(.alias): name"),
        (.alias as $alias | .members // [] | .[]
          | (select(.email | text and test("^[^@\\s]+@[^@\\s]+$") | not) | "account \($alias): email \(.email)"),
            (select(.role // "member" | IN(roles[]) | not) | "account \($alias): role \(.role) of \(.email)"))),
    ([.apis // [], .clients // [] | .[].clientId] | group_by(.)[] | select(length > 1) | "\(.[0]) is there twice"),
    ([.accounts // [] | .[].alias] | group_by(.)[] | select(length > 1) | "account \(.[0]) is there twice")
  else empty end' "$FILE" 2>&1) || wrong "$FILE is not JSON: $complaints"
[ -z "$complaints" ] || wrong "$FILE: $(printf '%s' "$complaints" | tr '\n' ';')"

# --- the admin API -----------------------------------------------------------------------------------------------------

token=
token_since=0

# A value of a curl config file, which is where secrets and URLs go: the process list shows command lines.
option() {
  local value=${2//\\/\\\\}
  printf '%s = "%s"\n' "$1" "${value//\"/\\\"}"
}

# Admin tokens live for a minute.
renew_token() {
  [ -z "$token" ] || [ $((SECONDS - token_since)) -gt 30 ] || return 0
  local realm form answer
  if [ -n "${ADMIN_CLIENT_ID:-}" ]; then
    realm=${ADMIN_REALM:-$REALM}
    form=$(jq -rn '"grant_type=client_credentials&client_id=\($ENV.ADMIN_CLIENT_ID | @uri)&client_secret=\($ENV.ADMIN_CLIENT_SECRET // "" | @uri)"')
  else
    [ -n "${ADMIN_USER:-}" ] || wrong 'set ADMIN_CLIENT_ID and ADMIN_CLIENT_SECRET, or ADMIN_USER and ADMIN_PASSWORD'
    realm=${ADMIN_REALM:-master}
    form=$(jq -rn '"grant_type=password&client_id=admin-cli&username=\($ENV.ADMIN_USER | @uri)&password=\($ENV.ADMIN_PASSWORD // "" | @uri)"')
  fi
  answer=$(printf '%s' "$form" | curl --silent --max-time 30 --proto '=http,https' --data-binary @- \
    "$BASE/realms/$(quoted "$realm")/protocol/openid-connect/token") || failed "no answer from $BASE (curl $?)"
  token=$(jq -r '.access_token // empty' <<<"$answer" 2>/dev/null) || token=
  [ -n "$token" ] || failed "no admin token from realm $realm: $(jq -r '.error_description // .error' <<<"$answer" 2>/dev/null || echo 'not a Keycloak answer')"
  token_since=$SECONDS
}

quoted() {
  jq -rn --arg text "$1" '$text | @uri'
}

# api METHOD PATH [BODY]: the answer's body on standard output. Any status but 2xx ends the run.
api() {
  local method=$1 path=$2 body=${3-} answer status
  answer=$(printf '%s' "$body" | curl --silent --max-time 60 --proto '=http,https' --config <(
    option url "$BASE/admin/realms/$(quoted "$REALM")$path"
    option request "$method"
    option header "authorization: Bearer $token"
    option header 'content-type: application/json'
    if [ -n "$body" ]; then option data-binary '@-'; fi
  ) --write-out '\n%{http_code}') || failed "$method $path: no answer (curl $?)"
  status=${answer##*$'\n'}
  answer=${answer%$'\n'*}
  case $status in
    2??) printf '%s' "$answer" ;;
    *) failed "$method $path: $status $(jq -r '.errorMessage // .error_description // .error // empty' <<<"$answer" 2>/dev/null)" ;;
  esac
}

get() {
  api GET "$1"
}

# Changes, unless this is a dry run.
change() {
  [ -n "$DRY" ] || api "$@" >/dev/null
}

# --- what is said ------------------------------------------------------------------------------------------------------

changes=0

did() {
  changes=$((changes + 1))
  if [ -n "$DRY" ]; then printf 'would %s\n' "$1"; else printf '%s\n' "$1"; fi
}

# --- APIs and clients --------------------------------------------------------------------------------------------------

# client CLIENT_ID: its representation, or nothing.
client() {
  get "/clients?clientId=$(quoted "$1")" | jq -c '.[0] // empty'
}

# ensure_client WANTED CREATED WHAT: WANTED is what the file says of it, CREATED what it has besides when it is made anew.
ensure_client() {
  local wanted=$1 created=$2 what=$3 id present merged
  id=$(jq -r .clientId <<<"$wanted")
  present=$(client "$id")
  if [ -z "$present" ]; then
    did "create $what $id"
    change POST /clients "$(jq -cn --argjson wanted "$wanted" --argjson created "$created" '$created * $wanted')"
    return
  fi
  # Keycloak returns sets in any order; lists in attributes count as sets too.
  merged=$(jq -c --argjson wanted "$wanted" '
    def set: if type == "array" then sort elif type == "string" then split(",") | map(gsub("^\\s+|\\s+$"; "")) | sort else . end;
    . as $present
    | reduce ($wanted | to_entries[] | select(.key != "attributes")) as $one
        (.; if (.[$one.key] | set) == ($one.value | set) then . else .[$one.key] = $one.value end)
    | reduce ($wanted.attributes // {} | to_entries[]) as $one
        (.; if (.attributes[$one.key] // "" | set) == ($one.value | set) then . else .attributes[$one.key] = $one.value end)
    | if . == $present then empty else . end' <<<"$present")
  if [ -n "$merged" ]; then
    did "change $what $id"
    change PUT "/clients/$(jq -r .id <<<"$present")" "$merged"
  fi
}

ensure_api() {
  local entry=$1 id uuid present role
  ensure_client "$(jq -c '{
      clientId,
      attributes: ({"mint.permissions": "true"} + (.roles | with_entries({key: "mint.account-roles.\(.key)", value: (.value | join(","))})))
    } + (if .name then {name} else {} end)' <<<"$entry")" '{
      "enabled": true, "publicClient": false, "standardFlowEnabled": false, "implicitFlowEnabled": false,
      "directAccessGrantsEnabled": false, "serviceAccountsEnabled": false, "fullScopeAllowed": false,
      "defaultClientScopes": ["basic"], "optionalClientScopes": []
    }' api
  id=$(jq -r .clientId <<<"$entry")
  uuid=$(client "$id" | jq -r .id)
  present='[]'
  if [ -n "$uuid" ]; then present=$(get "/clients/$uuid/roles" | jq -c 'map(.name)'); fi
  jq -r --argjson present "$present" '[.roles[][]] | unique - $present | .[]' <<<"$entry" >"$work/roles"
  while IFS= read -r role; do
    did "create role $role of api $id"
    change POST "/clients/$uuid/roles" "$(jq -cn --arg name "$role" '{$name}')"
  done <"$work/roles"
}

ensure_app() {
  ensure_client "$(jq -c '{
      clientId,
      webOrigins: .origins,
      attributes: ({"mint.capabilities": (.capabilities | join(","))}
        + (if .audiences then {"mint.audiences": (.audiences | join(","))} else {} end))
    } + (if .name then {name} else {} end) + (if .redirectUris then {redirectUris} else {} end)' <<<"$1")" \
    "$(jq -c --argjson shipped "$SHIPPED_CLIENT" '$shipped + {
      redirectUris: (.origins | map("\(.)/*")),
      baseUrl: "\(.origins[0])/"
    }' <<<"$1")" client
}

# As the realm files ship an app's client: narrow, PKCE, 24 hours and 7 days, refresh tokens that rotate, and in its tokens
# the account that a session was started for.
SHIPPED_CLIENT=$(jq -cn '{
  enabled: true, publicClient: true, standardFlowEnabled: true, implicitFlowEnabled: false,
  directAccessGrantsEnabled: true, fullScopeAllowed: false,
  attributes: {
    "mint.refresh.rotate": "true", "pkce.code.challenge.method": "S256", "access.token.lifespan": "86400",
    "client.session.idle.timeout": "604800", "client.session.max.lifespan": "604800"
  },
  defaultClientScopes: ["basic", "acr", "email", "profile"], optionalClientScopes: [],
  protocolMappers: [["team_id", "team-id"], ["account_id", "account-id"], ["role", "role"], ["permissions", "permissions"] | {
    name: .[0], protocol: "openid-connect", protocolMapper: "mint-account-\(.[1])-mapper",
    config: {
      "access.token.claim": "true", "id.token.claim": "false", "userinfo.token.claim": "false",
      "introspection.token.claim": "true"
    }
  }]
}')

# --- accounts ----------------------------------------------------------------------------------------------------------

# Every client whose roles are permissions, with the roles of each group: {group: {uuid: [role…]}}.
permission_roles() {
  local first=0
  : >"$work/apis"
  while :; do
    # Clients come with their secrets: through a pipe, never as an argument or in a file.
    get "/clients?first=$first&max=100" \
      | jq -c 'length, (.[] | select(.attributes["mint.permissions"] == "true") | {id, attributes})' >"$work/page"
    tail -n +2 "$work/page" >>"$work/apis"
    [ "$(head -n 1 "$work/page")" -eq 100 ] || break
    first=$((first + 100))
  done
  jq -cs '[("owner", "admin", "member") as $group | {key: $group, value: (
      [.[] | {key: .id, value: (.attributes["mint.account-roles.\($group)"] // "" | split(",") | map(gsub("^\\s+|\\s+$"; "")) | map(select(. != "")))}
        | select(.value != [])] | from_entries)}] | from_entries' "$work/apis"
}

# Every user that the file names, by email: checked before anything is changed. Whoever has not verified his address may be
# somebody else, who registered it first; one who is in the accounts already was let in before.
find_users() {
  local email found missing='' strangers=''
  : >"$work/users"
  jq -r '[.accounts // [] | .[].members // [] | .[].email | ascii_downcase] | unique[]' "$FILE" >"$work/emails"
  while IFS= read -r email; do
    found=$(get "/users?exact=true&briefRepresentation=true&email=$(quoted "$email")")
    case $(jq length <<<"$found") in
      0) missing="$missing $email" ;;
      1)
        jq -c --arg email "$email" '{$email, id: .[0].id}' <<<"$found" >>"$work/users"
        if [ "$(jq '.[0] | .emailVerified and .enabled' <<<"$found")" != true ] && is_new "$email" "$(jq -r '.[0].id' <<<"$found")"; then
          strangers="$strangers $email"
        fi
        ;;
      *) failed "$email: more than one user has it" ;;
    esac
  done <"$work/emails"
  if [ -n "$missing" ] && [ -z "$CREATE_USERS" ]; then
    failed "no such user (--create-users makes them):$missing"
  fi
  if [ -n "$strangers" ] && [ -z "$UNVERIFIED_USERS" ]; then
    failed "not verified, or disabled (--unverified-users takes them all the same):$strangers"
  fi
}

# is_new EMAIL ID: true where the file puts the user into an account that he is not in.
is_new() {
  local email=$1 id=$2 member_of
  member_of=$(get "/organizations/members/$id/organizations" | jq -c 'map(.alias)')
  jq -e --arg email "$email" --argjson in "$member_of" \
    '[.accounts // [] | .[] | select(any(.members // [] | .[]; .email | ascii_downcase == $email)) | .alias] - $in | length > 0' "$FILE" >/dev/null
}

# user_id EMAIL: or nothing.
user_id() {
  jq -r --arg email "$1" 'select(.email == $email) | .id' "$work/users"
}

create_user() {
  local email=$1 member=$2 id
  did "create user $email, without a password"
  [ -z "$DRY" ] || return 0
  api POST /users "$(jq -c --arg email "$email" '{username: $email, $email, enabled: true, emailVerified: false}
    + (if .firstName then {firstName} else {} end) + (if .lastName then {lastName} else {} end)' <<<"$member")" >/dev/null
  id=$(get "/users?exact=true&email=$(quoted "$email")" | jq -r '.[0].id')
  jq -cn --arg email "$email" --arg id "$id" '{$email, $id}' >>"$work/users"
}

ensure_account() {
  local entry=$1 alias name organization id
  alias=$(jq -r .alias <<<"$entry")
  name=$(jq -r '.name // empty' <<<"$entry")
  id=$(get "/organizations?exact=true&search=$(quoted "$alias")" | jq -r --arg alias "$alias" '.[] | select(.alias == $alias) | .id')
  if [ -z "$id" ]; then
    did "create account $alias"
    change POST /organizations "$(jq -cn --arg alias "$alias" --arg name "$name" \
      '{name: $alias, $alias, enabled: true} + (if $name == "" then {} else {attributes: {"mint.display-name": [$name]}} end)')"
    id=$(get "/organizations?exact=true&search=$(quoted "$alias")" | jq -r --arg alias "$alias" '.[] | select(.alias == $alias) | .id')
  elif [ -n "$name" ]; then
    organization=$(get "/organizations/$id")
    if [ "$(jq -r '.attributes["mint.display-name"][0] // empty' <<<"$organization")" != "$name" ]; then
      did "change account $alias: its name"
      change PUT "/organizations/$id" "$(jq -c --arg name "$name" '.attributes["mint.display-name"] = [$name]' <<<"$organization")"
    fi
  fi
  ensure_groups "$alias" "$id"
  ensure_members "$entry" "$alias" "$id"
}

# ensure_groups ALIAS ID: leaves {name: id} in $groups. Without an ID (a dry run) there are none yet.
ensure_groups() {
  local alias=$1 id=$2 group group_id
  groups='{}'
  if [ -n "$id" ]; then groups=$(get "/organizations/$id/groups?max=1000" | jq -c 'map({key: .name, value: .id}) | from_entries'); fi
  for group in owner admin member; do
    group_id=$(jq -r --arg group "$group" '.[$group] // empty' <<<"$groups")
    if [ -z "$group_id" ]; then
      did "create group $group of account $alias"
      [ -z "$DRY" ] || continue
      group_id=$(api POST "/organizations/$id/groups" "$(jq -cn --arg name "$group" '{$name}')" | jq -r .id)
      groups=$(jq -c --arg group "$group" --arg id "$group_id" '.[$group] = $id' <<<"$groups")
    fi
    ensure_group_roles "$alias" "$group" "/organizations/$id/groups/$group_id/role-mappings/clients"
  done
}

ensure_group_roles() {
  local alias=$1 group=$2 path=$3 uuid present missing
  jq -r --arg group "$group" '.[$group] | keys[]' <<<"$roles_of_groups" >"$work/clients"
  while IFS= read -r uuid; do
    present=$(get "$path/$uuid" | jq -c 'map(.name)')
    missing=$(get "/clients/$uuid/roles" | jq -c --argjson present "$present" \
      --argjson wanted "$(jq -c --arg group "$group" --arg uuid "$uuid" '.[$group][$uuid]' <<<"$roles_of_groups")" \
      'map(select(.name as $name | ($wanted - $present) | index($name)))')
    if [ "$missing" != '[]' ]; then
      did "give group $group of account $alias the roles $(jq -r 'map(.name) | join(", ")' <<<"$missing")"
      change POST "$path/$uuid" "$missing"
    fi
  done <"$work/clients"
}

ensure_members() {
  local entry=$1 alias=$2 account=$3 member email
  jq -c '.members // [] | .[]' <<<"$entry" >"$work/members"
  while IFS= read -r member <&3; do
    email=$(jq -r '.email | ascii_downcase' <<<"$member")
    if [ -z "$(user_id "$email")" ]; then create_user "$email" "$member"; fi
    ensure_member "$alias" "$account" "$email" "$(jq -r '.role // "member"' <<<"$member")"
  done 3<"$work/members"
}

ensure_member() {
  local alias=$1 account=$2 email=$3 role=$4 id present='[]' other belongs=
  id=$(user_id "$email")
  if [ -n "$id" ] && [ -n "$account" ]; then
    belongs=$(get "/organizations/members/$id/organizations" | jq -r --arg id "$account" '.[] | select(.id == $id) | .id')
  fi
  if [ -n "$belongs" ]; then
    present=$(get "/organizations/$account/members/$id/groups?max=1000" | jq -c 'map(.name)')
  else
    did "add $email to account $alias"
    change POST "/organizations/$account/members" "$id"
  fi
  if ! jq -e --arg role "$role" 'index($role)' <<<"$present" >/dev/null; then
    did "make $email $role of account $alias"
    change PUT "/organizations/$account/groups/$(jq -r --arg role "$role" '.[$role]' <<<"$groups")/members/$id"
  fi
  for other in owner admin member; do
    if [ "$other" != "$role" ] && jq -e --arg other "$other" 'index($other)' <<<"$present" >/dev/null; then
      did "no longer $other of account $alias: $email"
      change DELETE "/organizations/$account/groups/$(jq -r --arg other "$other" '.[$other]' <<<"$groups")/members/$id"
    fi
  done
}

# --- the run -----------------------------------------------------------------------------------------------------------

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# each MEMBER FUNCTION: over a list of the file, with a fresh token for each entry.
each() {
  jq -c --arg member "$1" '.[$member] // [] | .[]' "$FILE" >"$work/entries-$1"
  while IFS= read -r entry <&4; do
    renew_token
    "$2" "$entry"
  done 4<"$work/entries-$1"
}

renew_token
find_users
each apis ensure_api
each clients ensure_app
renew_token
roles_of_groups=$(permission_roles)
each accounts ensure_account

if [ "$changes" -eq 0 ]; then
  printf 'nothing to do: realm %s is as %s says\n' "$REALM" "$FILE"
elif [ -n "$DRY" ]; then
  printf '%d changes would be made, and what follows from them; nothing was\n' "$changes"
else
  printf '%d changes made\n' "$changes"
fi
