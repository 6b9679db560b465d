-- title: token-for-email, RS256
-- servers: on off
-- limits: token-for-email
-- at-least: on=1.0
local bench = require "bench"

request = bench.token_for_email("bench-rs256")
