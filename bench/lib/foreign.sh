# The other system: its key, and the tokens of its users that rows send.
# shellcheck shell=bash

readonly strangers_per_second=600 # as many as first calls may use up; signing one takes a millisecond of a core

foreign_tokens() {
  foreground "${JAVA_HOME:+$JAVA_HOME/bin/}java" -Xmx256m "$here/lib/ForeignTokens.java" "$@" \
    || die 'signing foreign tokens failed'
}

make_foreign_key() {
  foreign=$work/foreign
  export BENCH_FOREIGN=$foreign
  mkdir -m 700 "$foreign"
  foreign_tokens key "$foreign"
}

# make_tokens SERVER ROW...: what the rows send, once each; only what is sent is signed. Where strangers_servers is set, so many
# servers run the rows.
make_tokens() {
  local base=${server_url[$1]}/realms/bench row name
  shift
  for row in "$@"; do
    name=$(header "$row" tokens)
    [ -n "$name" ] && [ ! -e "$foreign/$name" ] || continue
    say "signing tokens: $name"
    case $name in
      users-*) foreign_tokens users "$foreign" "$foreign/$name" "$few" "${name#users-}" ;;
      strangers-*)
        foreign_tokens strangers "$foreign" "$foreign/$name" \
          $(((warm_up + rounds * seconds) * strangers_per_second * ${strangers_servers:-1})) "${name#strangers-}"
        ;;
      assertions) foreign_tokens assertions "$foreign" "$foreign/$name" "$few" https://issuer.bench.example "$base" ;;
      *) die "$(basename "$row"): no such tokens: $name" ;;
    esac
  done
}

# introduce SERVER ROW...: every returning user has been here before the load, also those that the warm-up would not meet.
introduce() {
  local server=$1 row name known wrong
  shift
  for row in "$@"; do
    name=$(header "$row" tokens)
    known=$foreign/$name.known
    [[ $name == users-* ]] && [ ! -e "$known" ] || continue
    foreign_calls "$server" <"$foreign/$name" >"$foreign/calls"
    foreground curl -s -m 60 -Z --parallel-max 8 -K "$foreign/calls" >"$known" 2>"$work/introduce.log" \
      || die "the users of $name could not be asked for"
    wrong=$(grep -v '"success":true' "$known" | head -n 1 || true)
    [ -z "$wrong" ] || die "a user of $name was not let in: $wrong"
    : >"$known" # what is in it are tokens
  done
}

# Reads tokens, writes what curl has to know; nothing of it is in a command line.
foreign_calls() {
  sed "s|.*|url = \"${server_url[$1]}/realms/bench/auth/verify-external-user\"\n&|" \
    | awk '/^url/ { print "next\n" $0 "\nheader = \"Content-Type: application/json\"\nwrite-out = \"\\n\""; next }
      { print "data = \"{\\\"userJwt\\\":\\\"" $0 "\\\"}\"" }' | sed 1d
}
