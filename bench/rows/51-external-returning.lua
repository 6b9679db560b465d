-- title: external user again, RS256
-- servers: on
-- limits: verify-external-user
-- tokens: users-bench-external
-- against: 50-jwt-authorization-grant
-- at-least: on=0.9
local bench = require "bench"

request = bench.returning_users("users-bench-external")
