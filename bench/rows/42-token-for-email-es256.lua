-- title: token-for-email, ES256
-- servers: on off
local bench = require "bench"

request = bench.token_for_email("bench-es256")
