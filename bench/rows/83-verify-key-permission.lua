-- title: verify with a key, ?permission=
-- servers: on
-- limits: verify
-- against: 80-introspection
-- also: 81-userinfo
-- at-most-sql: on=0.05
local bench = require "bench"

function bench.prepare()
  return {keys = bench.keys("bench")}
end

bench.drawn("keys", bench.get(bench.verify("bench", {permission = "campaigns:read"}), "X-API-KEY"))
