-- title: verify, identity JWT, keys of many users
-- servers: on
-- limits: verify
-- against: 80-introspection
-- also: 81-userinfo
local bench = require "bench"

request = bench.any_key(bench.verify("bench", {audience = "https://api.inbox-manager.com"}))
