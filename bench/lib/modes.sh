# What bench/run can do: speed, sizes, organizations, keys, timing; limits.sh has limits.
# shellcheck shell=bash

# Those that were asked for and those that they are compared with.
select_rows() {
  local row also against=' 20-client-credentials '
  for row in "$here"/rows/*.lua; do
    # shellcheck disable=SC2053 # a glob
    [[ $(basename "$row") == $rows_glob ]] || continue
    also=$(header "$row" also)
    against+=" $(header "$row" against) ${also%% *} $(basename "$row" .lua) "
  done
  for row in "$here"/rows/*.lua; do
    [[ $against != *" $(basename "$row" .lua) "* ]] || rows+=("$row")
  done
}

mode_speed() {
  local -a pairs=() rows=()
  local row server realm
  select_rows
  # Both servers run all the time and take turns row by row: the same minutes, the same warm code, a database each.
  export BENCH_USERS=$few
  create_database on
  start_server on
  await_server on
  for realm in bench bench-rs256 bench-es256; do load_data on "$few" "$few" "$realm"; done
  link_users on "$few" bench bench-jwt-grant
  load_keys on "$few" "$few"
  list_keys "$few"
  copy_database on off
  start_server off --spi-mint-capability--token-for-email--ledger=false
  await_server off
  make_tokens on "${rows[@]}"
  introduce on "${rows[@]}"
  for server in on off; do
    for row in "${rows[@]}"; do
      [[ " $(header "$row" servers) " != *" $server "* ]] || pairs+=("$server=$row")
    done
  done
  measure_rounds "${pairs[@]}"
  facts >"$work/facts.tsv"
  cp "$work/results.tsv" "$work/statements.txt" "$output/"
  python3 "$here/lib/chart.py" "$work/results.tsv" "$here/rows" >"$output/results.svg"
  python3 "$here/lib/report.py" speed "$work" "$here/rows" "$output"
  say "written: $output/RESULTS.md"
  no_wrong_answers
}

# Two servers, the same jar: one with few users and ledger rows, one with many. The third row asks the large one for as
# few users as the small one has: what then differs is the size of the tables and not the size of Keycloak's user cache.
mode_sizes() {
  create_database few
  start_server few
  await_server few
  copy_database few many
  load_data few "$few" "$few" bench
  load_data many "$many" "$many" bench
  start_server many
  await_server many
  local rows=$work/size-rows row=$here/rows/40-token-for-email-hs256.lua
  mkdir "$rows"
  { echo '-- title: few users'; sed 1d "$row"; } >"$rows/1-few.lua"
  { echo '-- title: many users'; sed 1d "$row"; } >"$rows/2-many.lua"
  { echo '-- title: many users, few of them asked for'; echo '-- settle: yes'; sed 1d "$row"; } >"$rows/3-many-few-active.lua"
  sed -i "s/^request = .*/require('bench').users = $few\n&/" "$rows/1-few.lua" "$rows/3-many-few-active.lua"
  export BENCH_USERS=$many
  measure_rounds "few=$rows/1-few.lua" "many=$rows/2-many.lua" "many=$rows/3-many-few-active.lua"
  BENCH_USERS="$few and $many" facts >"$work/facts.tsv"
  python3 "$here/lib/report.py" sizes "$work" "$rows" "$output"
  say "written: $output/SIZES.md"
  no_wrong_answers
}

# Account tokens on two servers: one organization, and many. In the one every member is in it alone; in the others he is in
# as many as the row says.
mode_organizations() {
  local rows=$work/organization-rows
  create_database few
  start_server few
  await_server few
  copy_database few many
  load_organizations few 1 max@example.com 1
  load_organizations many "$many_organizations" max@example.com 1
  load_organizations many 10 ada@example.com 10
  load_organizations many 99 john@example.com 99 # and acme
  start_server many
  await_server many
  mkdir "$rows"
  organization_row "$rows/1-one.lua" max@example.com 'one organization'
  organization_row "$rows/2-many-one.lua" max@example.com 'many organizations, the user in one'
  organization_row "$rows/3-many-ten.lua" ada@example.com 'many organizations, the user in 10'
  organization_row "$rows/4-many-hundred.lua" john@example.com 'many organizations, the user in 100'
  export BENCH_USERS=$many_organizations
  measure_rounds "few=$rows/1-one.lua" "many=$rows/2-many-one.lua" "many=$rows/3-many-ten.lua" "many=$rows/4-many-hundred.lua"
  facts >"$work/facts.tsv"
  python3 "$here/lib/report.py" organizations "$work" "$rows" "$output"
  say "written: $output/ORGANIZATIONS.md"
  no_wrong_answers
}

organization_row() { # FILE USER TITLE
  { echo "-- title: $3"; grep -vE '^-- (title|against|at-least)' "$here/rows/71-account-token.lua"; } \
    | sed "s/^local bench = .*/&\nbench.person, bench.alias = '$2', 'bulk-1'/" >"$1"
}

load_organizations() { # DATABASE COUNT MEMBER MEMBERSHIPS
  PGDATABASE=$1 foreground "$here/data/run" --realm bench --organizations "$2" --member "$3" --memberships "$4" >&2
  sql postgres checkpoint
}

# Two servers: one whose table has few API keys, and one with many. Users are as many in both, so that Keycloak's cache of
# them makes no difference.
mode_keys() {
  local rows=$work/key-rows
  create_database few
  start_server few
  await_server few
  load_data few "$few" 0 bench
  copy_database few many
  load_keys few "$few" "$few"
  load_keys many "$many" "$few"
  list_keys "$many"
  start_server many
  await_server many
  mkdir "$rows"
  key_row "$rows/1-few.lua" "$few"
  key_row "$rows/2-many-hot.lua" "$few" '-- settle: yes'
  key_row "$rows/3-many-any.lua" "$many"
  export BENCH_USERS=$few
  measure_rounds "few=$rows/1-few.lua" "many=$rows/2-many-hot.lua" "many=$rows/3-many-any.lua"
  BENCH_USERS="$few and $many" facts >"$work/facts.tsv"
  python3 "$here/lib/report.py" keys "$work" "$rows" "$output"
  say "written: $output/KEYS.md"
  no_wrong_answers
}

key_row() { # FILE COUNT [HEADER]
  cat >"$1" <<LUA
${3:---}
local bench = require "bench"

request = bench.any_key(bench.verify("bench"), $2)
LUA
}

mode_timing() {
  local code=0
  create_database on
  start_server on
  await_server on
  load_data on "$few" "$few" bench
  export BASE_URL=${server_url[on]}
  facts >"$work/facts.tsv"
  foreground "$here/timing/run" --setup -n "$calls" >"$work/timing.md" || code=$?
  [ "$code" -le 1 ] || die 'the timing check failed to run'
  python3 "$here/lib/report.py" timing "$work" "$here/rows" "$output"
  say "written: $output/TIMING.md"
  sed -n '/^\*\*Result/p; /^Can be told apart/p' "$output/TIMING.md"
  verdict=$code
}

no_wrong_answers() {
  awk -F '\t' 'NR > 1 && $8 > 0 { print "bench: not valid: " $3 " (" $2 "): " $8 " wrong"; bad = 1 } END { exit bad }' \
    "$work/results.tsv" >&2 || verdict=1
}
