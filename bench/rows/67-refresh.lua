-- title: /auth/refresh with rotation, RS256
-- servers: on
-- limits: refresh
-- against: 65-refresh-keycloak
-- at-least: on=0.95
local bench = require "bench"

bench.refresh_realm, bench.refresh_client = "bench", "bench-app"
bench.refreshes("/realms/bench/auth/refresh", "application/json", function(token)
  return '{"refresh_token":"' .. token .. '"}'
end)
