# One row on one server: wrk from outside, CPU time from /proc, statements from PostgreSQL.
# shellcheck shell=bash

readonly threads=2 connections=16

# header ROW NAME: one line of the comment that a row starts with.
header() { sed -n "s/^-- $2: *//p" "$1" | head -n 1; }

# wrk_row SERVER ROW SECONDS: leaves its line in $work/measured.
wrk_row() {
  rm -f "$work/measured"
  BENCH_THREADS=$threads BENCH_OUT=$work/measured BENCH_BASE=${server_url[$1]} BENCH_USERS=${BENCH_USERS:?} LUA_PATH="$here/lib/?.lua;;" \
    foreground wrk -t "$threads" -c "$connections" -d "$3s" --timeout 10s -s "$2" "${server_url[$1]}" \
    >"$work/wrk.log" 2>&1 || die "wrk failed on $(basename "$2"): $(head -n 1 "$work/wrk.log")"
  # wrk goes on without a script that it can't load, and would measure something else
  ! grep -F '.lua:' "$work/wrk.log" >&2 || die "$(basename "$2") has an error"
  [ -s "$work/measured" ] || die "$(basename "$2") gave no result"
}

# Looks at each answer, so that a row that fails is known before anything is measured.
warm_up() {
  local server=$1 row=$2 requests wrong _
  for _ in 1 2 3; do # a new server on a busy machine may not get to its first answer in the seconds of a smoke run
    BENCH_CHECK=yes wrk_row "$server" "$row" "$warm_up"
    read -r requests _ _ _ wrong <"$work/measured"
    [ "$requests" -eq 0 ] && [ "$wrong" -eq 0 ] || break
  done
  say "warm-up $(basename "$row" .lua) ($server): $requests requests, $wrong not 2xx"
  [ "$requests" -gt 0 ] && [ "$wrong" -eq 0 ] || die "$(basename "$row") is not valid: $(probe "$row")"
}

probe() { grep -E 'Non-2xx|Socket' "$work/wrk.log" || echo 'see the server log'; }

# measure ROUND SERVER ROW [LABEL]: appends one line to $work/results.tsv, with LABEL where one server is more than one thing.
measure() {
  local round=$1 server=$2 row=$3 label=${4:-$2} requests micros p50 p99 wrong statements writes
  local -A before
  local name database
  # rows that other rows push out of Keycloak's caches fill them again first
  [ -z "$(header "$row" settle)" ] || wrk_row "$server" "$row" "$seconds"
  reset_statements "$server"
  for name in "${!server_pid[@]}"; do before[$name]=$(cpu_ticks "${server_pid[$name]}"); done
  database=$(database_ticks)
  wrk_row "$server" "$row" "$seconds"
  database=$(($(database_ticks) - database))
  local own=0 others=0 partner=0 ticks
  for name in "${!server_pid[@]}"; do
    ticks=$(($(cpu_ticks "${server_pid[$name]}") - before[$name]))
    if [ "$name" = "$server" ]; then own=$ticks; else others=$((others + ticks)); fi
    [ "$name" != "${server_partner[$server]:-}" ] || partner=$ticks
  done
  read -r requests micros p50 p99 wrong <"$work/measured"
  read -r statements writes < <(count_statements "$server")
  printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$round" "$label" "$(basename "$row" .lua)" "$requests" \
    "$micros" "$p50" "$p99" "$wrong" "$statements" "$writes" "$((own * ms_per_tick))" "$((others * ms_per_tick))" \
    "$((database * ms_per_tick))" "$((partner * ms_per_tick))" >>"$work/results.tsv"
  if [ "$round" -eq 1 ]; then
    { echo "$(basename "$row" .lua), server $server: calls per request"; list_statements "$server" "$requests"; echo; } \
      >>"$work/statements.txt"
  fi
  say "round $round, $(basename "$row" .lua) ($label): $((requests * 1000000 / micros))/s, p99 $((p99 / 1000)) ms$(
    [ "$wrong" -eq 0 ] || echo ", $wrong WRONG")"
}
ms_per_tick=$((1000 / $(getconf CLK_TCK)))

# shellcheck disable=SC2046 # a list of pids
database_ticks() { cpu_ticks "$pg_pid" $(cat "/proc/$pg_pid/task/$pg_pid/children"); }

begin_results() {
  local IFS=$'\t'
  local columns=(round server row requests micros p50_us p99_us wrong statements writes cpu_ms others_cpu_ms database_cpu_ms
    partner_cpu_ms)
  echo "${columns[*]}" >"$work/results.tsv"
}

# measure_rounds PAIR...: each is server=row. Every round runs all of them, every other round backwards, so that
# what gets slower or faster over time does so for all.
measure_rounds() {
  local round i pair
  begin_results
  for pair in "$@"; do warm_up "${pair%%=*}" "${pair#*=}"; done
  for ((round = 1; round <= rounds; round++)); do
    for ((i = 0; i < $#; i++)); do
      pair=${*:$((round % 2 ? i + 1 : $# - i)):1}
      measure "$round" "${pair%%=*}" "${pair#*=}"
    done
  done
}

load_data() { # SERVER USERS ROWS REALM
  PGDATABASE=$1 foreground "$here/data/run" --users "$2" --rows "$3" --realm "$4" >&2
  sql postgres checkpoint # else it would be written out while the rows run
}

link_users() { # SERVER USERS REALM PROVIDER
  PGDATABASE=$1 foreground "$here/data/run" --links "$2" --provider "$4" --realm "$3" >&2
}

# What the results were made with, one "name<TAB>value" a line.
facts() {
  local jvm
  jvm=$("${JAVA_HOME:+$JAVA_HOME/bin/}java" -version 2>&1 | sed -n 2p)
  printf '%s\t%s\n' \
    date "$(date -u +%Y-%m-%d\ %H:%M\ UTC)" \
    commit "$(git -C "$root" rev-parse --short=12 HEAD 2>/dev/null || echo unknown)$(
      [ -z "$(git -C "$root" status --porcelain -- providers 2>/dev/null)" ] || echo ' with changes')" \
    processor "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc) cores" \
    memory "$(awk '/MemTotal/ { printf "%.0f GiB", $2 / 1048576 }' /proc/meminfo)" \
    kernel "$(uname -sr)" \
    java "$java_version ($jvm)" \
    keycloak "$keycloak_version" \
    postgresql "$pg_version" \
    wrk "$(wrk -v 2>&1 | sed -n '1s/^wrk \(debian\/\)\?\([^ ]*\).*/\2/p'), $threads threads, $connections connections" \
    rounds "$rounds of $seconds s after $warm_up s of warm-up each" \
    users "${BENCH_USERS:-}" \
    options "${KC_ARGS:-}${KC_JAVA_OPTS:+ JVM: $KC_JAVA_OPTS}"
}
