-- title: gateway's verify, a session's token
-- servers: on
-- against: 81-introspection
local bench = require "bench"

function bench.prepare()
  return {bearer = bench.session("bench", "bench-app", "jane@example.com")}
end

function init()
  wrk.path = "/realms/bench/api/auth/verify"
  wrk.headers["Authorization"] = "Bearer " .. bearer
end
