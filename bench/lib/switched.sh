# --limits-switched: the limiter on and off at one server, turn by turn. Two servers of one kind differ by a few hundredths for as
# long as they run; one server does not differ from itself.
# shellcheck shell=bash

mode_switched() {
  local -a rows=()
  local alone=0
  case $switched in local | shared) ;; *) usage >&2; exit 2 ;; esac
  # a frame of ours may have many of a library on top of it
  KC_JAVA_OPTS="${KC_JAVA_OPTS:+$KC_JAVA_OPTS }-XX:FlightRecorderOptions=stackdepth=256"
  require_recorder
  limited_rows
  local strangers_servers=4 # each measurement has a second before it, and there is the profile
  first_node "$switched"
  limits_node "$switched-2" "$switched"
  await_server "$switched-2"
  server_partner[$switched]=$switched-2
  require_two_nodes "$switched"
  foreground python3 "$here/lib/limits.py" probe "$switched" "${server_url[$switched]}" "${server_url[$switched-2]}" \
    || die "limits $switched: not what was to be measured"
  introduce "$switched" "${rows[@]}"
  measure_switched
  profile_rows
  require_two_nodes "$switched"
  [ "$switched" = local ] || alone=$(counted_alone)
  facts >"$work/facts.tsv"
  printf '%s\t%s\n' addresses "$addresses" kinds "$limited_kinds" alone "$alone" setting "$switched" again "$(same_again)" \
    >>"$work/facts.tsv"
  python3 "$here/lib/report.py" switched "$work" "$here/rows" "$output"
  say "written: $output/LIMITS-${switched^^}.md"
  sed -n '/^\*\*Result/p' "$output/LIMITS-${switched^^}.md"
  no_wrong_answers
  [ "$alone" -eq 0 ] || { say "not valid: shared counted $alone calls alone"; verdict=1; }
}

require_recorder() {
  local bin=${JAVA_HOME:+$JAVA_HOME/bin/}
  command -v "${bin}jcmd" >/dev/null && command -v "${bin}jfr" >/dev/null || die 'jcmd and jfr of a JDK are missing'
}

# limits_are STATE: on or off, in the realms that are loaded.
limits_are() {
  [ "$1" != "$state" ] || return 0
  state=$1
  foreground python3 "$here/lib/limits.py" switch "$state" "$limited_kinds" "${server_url[$switched]}" \
    || die "limits were not switched $state"
}

# on, off; off, on; on, off ...: each is as often the first, and most changes of the realm serve two measurements.
measure_switched() {
  local round row state=
  begin_results
  limits_are on
  for row in "${rows[@]}"; do warm_up "$switched" "$row"; done
  for row in "${rows[@]}"; do
    # round 0 counts for nothing
    for ((round = 0; round <= rounds; round++)); do
      if [ $((round % 2)) -eq 0 ]; then
        measure_in on
        measure_in off
      else
        measure_in off
        measure_in on
      fi
    done
  done
}

# A second of the row fills again the caches that a changed realm empties.
measure_in() {
  limits_are "$1"
  wrk_row "$switched" "$row" 1
  measure "$round" "$switched" "$row" "$1"
}

# Of each row, on and off: in which code the threads are, by samples.
profile_rows() {
  local row wanted state=
  for wanted in off on; do
    limits_are "$wanted"
    for row in "${rows[@]}"; do profile_row; done
  done
}

profile_row() {
  local bin=${JAVA_HOME:+$JAVA_HOME/bin/} pid=${server_pid[$switched]}
  wrk_row "$switched" "$row" 2
  "${bin}jcmd" "$pid" JFR.start name=row settings=profile >"$work/jfr.log"
  wrk_row "$switched" "$row" "$((seconds * 8))"
  "${bin}jcmd" "$pid" JFR.stop name=row filename="$work/row.jfr" >>"$work/jfr.log"
  printf '%s\t%s\t' "$wanted" "$(basename "$row" .lua)" >>"$work/profile.tsv"
  "${bin}jfr" print --stack-depth 256 --events jdk.ExecutionSample,jdk.NativeMethodSample,jdk.ObjectAllocationSample "$work/row.jfr" \
    | python3 "$here/lib/profile.py" >>"$work/profile.tsv"
  rm "$work/row.jfr"
  say "profile $(basename "$row" .lua) ($wanted): $(tail -n 1 "$work/profile.tsv" | cut -f 3-)"
}
