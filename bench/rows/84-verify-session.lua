-- title: verify with a session's bearer
-- servers: on
-- limits: verify
-- against: 80-introspection
-- also: 81-userinfo
local bench = require "bench"

function bench.prepare()
  return {tokens = bench.sessions("bench", "bench-app")}
end

bench.drawn("tokens", bench.get(bench.verify("bench"), "Authorization", "Bearer "))
