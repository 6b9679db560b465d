-- title: external user's first call, ES256
-- servers: on
-- limits: verify-external-user
-- tokens: strangers-demo
-- against: 50-jwt-authorization-grant
-- at-least-per-second: on=150
local bench = require "bench"

request = bench.strangers("strangers-demo")
