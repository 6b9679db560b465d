# Keycloak as it runs in production: kc.sh build, then start --optimized, with kc.sh's own JVM settings.
# shellcheck shell=bash

declare -A server_url server_management server_pid server_shell # by name
declare -A server_partner # name of the other node, where there is one

prepare_bundle() {
  jar=$root/providers/target/keycloak-mint.jar
  keycloak_version=$(sed -n 's:.*<keycloak.version>\(.*\)</keycloak.version>.*:\1:p' "$root/pom.xml")
  local name=keycloak-quarkus-dist-$keycloak_version.zip
  dist=$root/target/dist/$name
  [ -f "$dist" ] || dist=$HOME/.m2/repository/org/keycloak/keycloak-quarkus-dist/$keycloak_version/$name
  if [ ! -f "$jar" ] || [ ! -f "$dist" ]; then
    command -v mvn >/dev/null || die 'Maven is missing, and there is no built jar'
    say 'building the jar'
    foreground mvn -q -B -f "$root/pom.xml" -DskipTests -Dspotless.check.skip -Dcyclonedx.skip package >&2
    [ -f "$dist" ] || dist=$root/target/dist/$name
  elif [ -n "$(find "$root/providers/src/main" "$root/pom.xml" "$root/providers/pom.xml" -newer "$jar" -print -quit)" ]; then
    say 'NOTE: the jar is older than the sources, and it is the jar that is measured'
  fi
}

# One client secret for all clients of the benchmark: they live as long as the run.
prepare_secrets() {
  export BENCH_CLIENT_SECRET TRIBE_SERVICE_MINT_SECRET ADMIN_USER=admin ADMIN_PASSWORD
  BENCH_CLIENT_SECRET=$(random_hex)
  TRIBE_SERVICE_MINT_SECRET=$(random_hex)
  ADMIN_PASSWORD=$(random_hex)
}

prepare_keycloak() {
  say "building Keycloak $keycloak_version for PostgreSQL"
  mkdir "$work/dist"
  python3 -m zipfile -e "$dist" "$work/dist"
  home=$work/dist/keycloak-$keycloak_version
  cp "$jar" "$home/providers/"
  foreground bash "$home/bin/kc.sh" build --db=postgres --health-enabled=true --metrics-enabled=true \
    >"$work/build.log" 2>&1 || die 'kc.sh build failed'
  make_foreign_key
  python3 "$here/lib/realms.py" "$root/realm-config/demo-realm.json" "$foreign/public.key" "$home/data/import"
}

# start_server NAME [OPTION...]: alone, on the database of that name; returns before it is ready. Its limits are those that a realm
# sets, so none: all load comes from one address. What limits cost is measured by --limits.
start_server() { start_node "$1" "$1" --cache=local --spi-mint-limiter--ratelimit--defaults=false "${@:2}"; }

# start_node NAME DATABASE [OPTION...]: as start_server. Where server_hostname is set, that is what tokens name as their issuer;
# where server_heap is, those are the JVM's settings of the heap.
start_node() {
  local name=$1 database=$2 port management copy=$work/$1
  shift 2
  # -l: the copy shares the files, but not the directories that a running server writes to
  cp -al "$home" "$copy"
  port=$(free_port) management=$(free_port)
  server_url[$name]=http://127.0.0.1:$port
  # shellcheck disable=SC2086 # lists of options
  KC_BOOTSTRAP_ADMIN_USERNAME=$ADMIN_USER KC_BOOTSTRAP_ADMIN_PASSWORD=$ADMIN_PASSWORD \
    KC_DB_PASSWORD=$PGPASSWORD JAVA_OPTS_APPEND=${KC_JAVA_OPTS:-} JAVA_OPTS_KC_HEAP=${server_heap:-} \
    bash "$copy/bin/kc.sh" start --optimized --import-realm \
    --db-url="jdbc:postgresql://127.0.0.1:$PGPORT/$database" --db-username="$PGUSER" \
    --http-enabled=true --http-host=127.0.0.1 --http-port="$port" --http-management-port="$management" \
    --hostname="${server_hostname:-http://127.0.0.1:$port}" \
    --spi-mint-capability--token-for-email--shared-secret-realms='*' "$@" ${KC_ARGS:-} \
    >"$work/keycloak-$name.log" 2>&1 &
  server_shell[$name]=$!
  started+=($!)
  server_management[$name]=http://127.0.0.1:$management
}

await_server() {
  local name=$1
  wait_for "Keycloak ($name)" 240 ready_or_gone "$name"
  kill -0 "${server_shell[$name]}" 2>/dev/null || die "Keycloak ($name) ended"
  # kc.sh waits for its only child, which is the server
  local shell=${server_shell[$name]}
  server_pid[$name]=$(tr -d ' ' <"/proc/$shell/task/$shell/children")
  say "Keycloak ($name) is ready: ${server_url[$name]}, pid ${server_pid[$name]}"
}

ready_or_gone() {
  kill -0 "${server_shell[$1]}" 2>/dev/null || return 0
  curl -fsS -m 2 "${server_management[$1]}/health/ready"
}

# CPU time of processes so far in clock ticks, user and system; one that has ended meanwhile counts nothing.
cpu_ticks() {
  local pid stat total=0
  local -a fields
  for pid in "$@"; do
    stat=$(cat "/proc/$pid/stat" 2>/dev/null) || continue
    read -ra fields <<<"${stat##*) }" # the second field, the name, may hold blanks
    total=$((total + fields[11] + fields[12]))
  done
  echo "$total"
}
