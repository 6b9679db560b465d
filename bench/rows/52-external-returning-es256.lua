-- title: external user again, ES256
-- servers: on
-- limits: verify-external-user
-- tokens: users-demo
-- against: 50-jwt-authorization-grant
local bench = require "bench"

request = bench.returning_users("users-demo")
