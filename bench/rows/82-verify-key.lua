-- title: verify with a key
-- servers: on
-- limits: verify
-- against: 80-introspection
-- at-least: on=1.3
-- also: 81-userinfo on=1.0
-- at-most-sql: on=0.05
local bench = require "bench"

function bench.prepare()
  return {keys = bench.keys("bench")}
end

bench.drawn("keys", bench.get(bench.verify("bench"), "X-API-KEY"))
