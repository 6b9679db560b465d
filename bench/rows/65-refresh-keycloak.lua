-- title: refresh without rotation, RS256
-- whose: keycloak
-- servers: on
-- limits: keycloak-token
local bench = require "bench"

bench.refresh_realm, bench.refresh_client = "bench", "bench-stock"
bench.refreshes(bench.token_endpoint("bench"), "application/x-www-form-urlencoded", function(token)
  return "grant_type=refresh_token&client_id=bench-stock&refresh_token=" .. token
end)
