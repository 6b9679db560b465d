-- title: token-for-email, ES256
-- servers: on off
-- limits: token-for-email
local bench = require "bench"

request = bench.token_for_email("bench-es256")
