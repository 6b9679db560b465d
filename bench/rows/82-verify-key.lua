-- title: gateway's verify, an API key
-- servers: on
-- against: 81-introspection
-- at-least: on=1.3
local bench = require "bench"

function bench.prepare()
  return {key = bench.api_key("bench")}
end

function init()
  wrk.path = "/realms/bench/api/auth/verify?permission=campaigns:read"
  wrk.headers["X-API-KEY"] = key
end
