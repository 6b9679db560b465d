# API keys: those that rows make by calls, and many at once through the database.
# shellcheck shell=bash

prepare_keys() {
  export BENCH_KEYS=$work/keys BENCH_KEY_SEED
  BENCH_KEY_SEED=$(random_hex)
  mkdir -m 700 "$BENCH_KEYS"
}

load_keys() { # DATABASE COUNT OWNERS
  PGDATABASE=$1 foreground "$here/data/run" --realm bench --keys "$2" --owners "$3" --client bench-app \
    --permission campaigns:read >&2
  sql postgres checkpoint
}

# list_keys COUNT: for rows that draw from them.
list_keys() { foreground python3 "$here/lib/keys.py" bench "$1" >"$BENCH_KEYS/bulk"; }
