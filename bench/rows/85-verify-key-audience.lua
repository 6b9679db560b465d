-- title: verify with a key, identity JWT
-- servers: on
-- limits: verify
-- against: 80-introspection
-- also: 81-userinfo
local bench = require "bench"

function bench.prepare()
  return {keys = bench.keys("bench")}
end

bench.drawn("keys", bench.get(bench.verify("bench", {audience = "https://api.inbox-manager.com"}), "X-API-KEY"))
