-- title: Keycloak's userinfo, a session's token
-- whose: keycloak
-- servers: on
local bench = require "bench"

function bench.prepare()
  return {bearer = bench.openid_session("bench", "bench-account", "jane@example.com")}
end

function init()
  wrk.path = "/realms/bench/protocol/openid-connect/userinfo"
  wrk.headers["Authorization"] = "Bearer " .. bearer
end
