# Words to the user, what must be installed, and the processes that this run started.
# shellcheck shell=bash

started=() # pids, in the order of their start

say() { printf 'bench: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

require_tools() {
  [ "$(uname -s)" = Linux ] || die 'needs Linux: it reads /proc'
  command -v wrk >/dev/null || die "wrk is missing (Debian: apt-get install wrk)"
  command -v curl >/dev/null || die "curl is missing (Debian: apt-get install curl)"
  command -v python3 >/dev/null || die "python3 is missing (Debian: apt-get install python3)"
  find_postgres || die "PostgreSQL's server is missing (Debian: apt-get install postgresql)"
  local java=${JAVA_HOME:+$JAVA_HOME/bin/}java
  command -v "$java" >/dev/null || die 'a JDK 17 or newer is missing'
  java_version=$("$java" -version 2>&1 | sed -n 's/.* version "\([^"]*\)".*/\1/p')
  [ "${java_version%%.*}" -ge 17 ] 2>/dev/null || die "needs a JDK 17 or newer, this is $java_version"
}

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

random_hex() { python3 -c 'import secrets; print(secrets.token_hex(24))'; }

# wait_for WHAT SECONDS COMMAND...: polls until the command succeeds.
wait_for() {
  local what=$1 end=$((SECONDS + $2))
  shift 2
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$end" ] || die "gave up waiting for $what"
    sleep 0.2
  done
}

# In the background, so that a signal ends this script at once and not when the command is through.
foreground() {
  local pid code=0
  "$@" &
  pid=$!
  started+=("$pid")
  wait "$pid" || code=$?
  unset 'started[-1]'
  return "$code"
}

# stop PID: orderly, else by force; only ever processes of this run.
stop() {
  local pid=$1 children
  kill -0 "$pid" 2>/dev/null || return 0
  children=$(cat "/proc/$pid/task/$pid/children" 2>/dev/null || true)
  kill -TERM "$pid" 2>/dev/null || true
  for _ in $(seq 150); do
    kill -0 "$pid" 2>/dev/null || return 0
    sleep 0.2
  done
  # shellcheck disable=SC2086 # a list of pids
  kill -KILL "$pid" $children 2>/dev/null || true
}

finish() {
  local code=$? i
  trap '' INT TERM HUP
  set +e
  for ((i = ${#started[@]} - 1; i >= 0; i--)); do stop "${started[i]}"; done
  wait
  if [ "$keep" = yes ]; then
    say "the work directory is $work"
  elif [ "$code" -eq 0 ] || [ "$code" -gt 128 ] || [ "$verdict" -ne 0 ]; then # done, or ended by a signal
    rm -rf "$work"
  else
    find "$work" -mindepth 1 -maxdepth 1 ! -name '*.log' -exec rm -rf {} +
    say "ended with $code; the logs are in $work"
  fi
  exit "$code"
}
