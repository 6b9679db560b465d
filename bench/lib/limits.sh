# --limits: what the rate limiter costs. Three clusters of two nodes, which differ in nothing but the limiter's setting.
# shellcheck shell=bash

readonly limit_settings=(off local shared)

# Each setting is next to each other one, and first, second and last, equally often in six rounds of a row.
readonly limit_orders=('off local shared' 'shared off local' 'local shared off' 'off shared local' 'shared local off'
  'local off shared')

mode_limits() {
  local -a rows=()
  local name alone
  limited_rows
  local strangers_servers=${#limit_settings[@]}
  first_node off
  for name in local shared; do
    copy_database off "$name"
    # else its nodes would find those of the first cluster
    sql "$name" 'truncate jgroups_ping'
  done
  for name in local shared; do limits_node "$name" "$name"; done
  limits_node off-2 off
  for name in local shared off-2; do await_server "$name"; done
  for name in local shared; do limits_node "$name-2" "$name"; done
  for name in local shared; do await_server "$name-2"; done
  for name in "${limit_settings[@]}"; do
    server_partner[$name]=$name-2
    require_two_nodes "$name"
    foreground python3 "$here/lib/limits.py" probe "$name" "${server_url[$name]}" "${server_url[$name-2]}" \
      || die "limits $name: not what was to be measured"
    say "limits $name: two nodes, which limit as they should"
  done
  # each by itself: a server that had done more than the others would be the faster one for long
  for name in "${limit_settings[@]}"; do
    rm -f "$foreign"/*.known
    introduce "$name" "${rows[@]}"
  done

  measure_limits
  for name in "${limit_settings[@]}"; do require_two_nodes "$name"; done
  alone=$(counted_alone)
  facts >"$work/facts.tsv"
  printf '%s\t%s\n' addresses "$addresses" kinds "$limited_kinds" alone "$alone" again "$(same_again)" >>"$work/facts.tsv"
  cp "$work/results.tsv" "$output/limits.tsv"
  python3 "$here/lib/report.py" limits "$work" "$here/rows" "$output"
  say "written: $output/LIMITS.md"
  sed -n '/^\*\*Result/p' "$output/LIMITS.md"
  no_wrong_answers
  [ "$alone" -eq 0 ] || { say "not valid: shared counted $alone calls alone"; verdict=1; }
}

# Sets rows.
limited_rows() {
  local -a endpoints=()
  local row
  for row in "$here"/rows/*.lua; do
    # shellcheck disable=SC2053 # a glob
    [[ $(basename "$row") != $rows_glob ]] || rows+=("$row")
  done
  [ "${#rows[@]}" -gt 0 ] || die "no row matches $rows_glob"
  mapfile -t endpoints < <(for row in "${rows[@]}"; do header "$row" limits; done)
  python3 "$here/lib/limits.py" known "${endpoints[@]}" || die 'a row would be measured with limits that it reaches'
  [ "$addresses" -eq 1 ] || from_addresses
}

# first_node SETTING: with its database and all that the rows need there.
first_node() {
  local realm
  # servers that start sooner: what a smoke run finds are errors, not numbers
  [ "$smoke" = no ] || KC_JAVA_OPTS="${KC_JAVA_OPTS:+$KC_JAVA_OPTS }-XX:TieredStopAtLevel=1"
  export BENCH_USERS=$few
  python3 "$here/lib/limits.py" realms "$home/data/import" "$limited_kinds"
  create_database "$1"
  limits_node "$1" "$1"
  # tokens are signed once, for one issuer, whichever server they are shown to
  server_hostname=${server_url[$1]}
  await_server "$1"
  for realm in bench bench-rs256 bench-es256; do load_data "$1" "$few" "$few" "$realm"; done
  link_users "$1" "$few" bench bench-jwt-grant
  load_keys "$1" "$few" "$few"
  list_keys "$few"
  make_tokens "$1" "${rows[@]}"
}

# This run's command line; where its results went makes no difference to them.
same_again() {
  local line=bench/run word skip=no
  for word in "${arguments[@]}"; do
    if [ "$skip" = yes ]; then
      skip=no
    elif [ "$word" = --output ]; then
      skip=yes
    elif [[ $word =~ ^[-A-Za-z0-9/._]+$ ]]; then
      line+=" $word"
    else
      line+=" '$word'"
    fi
  done
  echo "$line"
}

# Copies of the rows, each of whose calls names one of so many addresses, at random.
from_addresses() {
  local i copy
  mkdir "$work/rows"
  for i in "${!rows[@]}"; do
    copy=$work/rows/$(basename "${rows[i]}")
    { cat "${rows[i]}"; echo "require('bench').from_addresses($addresses)"; } >"$copy"
    rows[i]=$copy
  done
}

# limits_node NAME DATABASE: the database is named as the setting is.
limits_node() {
  local port options
  port=$(free_cluster_port)
  # one node gets the load; the other holds its half of what is shared
  local server_heap='-Xms768m -Xmx768m'
  [ "$1" = "$2" ] || server_heap='-Xms384m -Xmx384m'
  case $2 in
    off) options=(--spi-mint-limiter--ratelimit--active=false) ;;
    *) mapfile -t options < <(python3 "$here/lib/limits.py" options); options+=("--spi-mint-limiter--ratelimit--mode=$2"
      # while all nodes share two cores, a late answer is no lost node
      --spi-mint-limiter--ratelimit--shared-timeout-millis=5000) ;;
  esac
  start_node "$1" "$2" --cache=ispn --cache-embedded-network-bind-address=127.0.0.1 \
    "--cache-embedded-network-bind-port=$port" --spi-mint-kernel--default--trusted-proxies=127.0.0.1 "${options[@]}"
}

# JGroups listens 50,000 above its port as well.
free_cluster_port() {
  python3 - <<'PYTHON'
import random
import socket

while True:
    port = random.randrange(10000, 15000)
    try:
        for number in (port, port + 50000):
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", number))
        break
    except OSError:
        pass
print(port)
PYTHON
}

# metric NODE NAME: the sum over its labels, as a whole number.
metric() {
  curl -fsS -m 20 "${server_management[$1]}/metrics" | awk -v "name=$2" \
    'index($1, name) == 1 && substr($1, length(name) + 1) ~ /^({|$)/ { sum += $NF } END { printf "%d\n", sum }'
}

two_nodes() { [ "$(metric "$1" vendor_cluster_size)" -eq 2 ] && [ "$(metric "$1-2" vendor_cluster_size)" -eq 2 ]; }

require_two_nodes() { wait_for "the two nodes of $1" 60 two_nodes "$1"; }

# A node that lost the other one counts alone, which costs less. Prints how many calls it did so for.
counted_alone() {
  local name=keycloak_mint_limits_unshared_total
  echo $(($(metric shared "$name") + $(metric shared-2 "$name")))
}

measure_limits() {
  local round i name
  begin_results
  for i in "${!rows[@]}"; do
    for name in ${limit_orders[i % ${#limit_orders[@]}]}; do warm_up "$name" "${rows[i]}"; done
  done
  # round 0 counts for nothing: after it each server has come back to each row once
  for ((round = 0; round <= rounds; round++)); do
    [ "$round" -gt 0 ] || [ "$smoke" = no ] || continue
    for i in "${!rows[@]}"; do
      for name in ${limit_orders[(round + i) % ${#limit_orders[@]}]}; do measure "$round" "$name" "${rows[i]}"; done
    done
  done
}
