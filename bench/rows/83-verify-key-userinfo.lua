-- title: gateway's verify, an API key, beside userinfo
-- servers: on
-- against: 80-userinfo
-- at-least: on=1.0
local bench = require "bench"

function bench.prepare()
  return {key = bench.api_key("bench")}
end

function init()
  wrk.path = "/realms/bench/api/auth/verify?permission=campaigns:read"
  wrk.headers["X-API-KEY"] = key
end
