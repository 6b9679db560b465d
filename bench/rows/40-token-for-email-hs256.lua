-- title: token-for-email, HS256
-- servers: on off
-- limits: token-for-email
-- at-least: on=1.6 off=2.0
local bench = require "bench"

request = bench.token_for_email("bench")
