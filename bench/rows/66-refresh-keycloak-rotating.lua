-- title: refresh with Keycloak's rotation, RS256
-- whose: keycloak
-- servers: on
-- limits: keycloak-token
local bench = require "bench"

bench.refresh_realm, bench.refresh_client = "bench-es256", "bench-stock"
bench.refreshes(bench.token_endpoint("bench-es256"), "application/x-www-form-urlencoded", function(token)
  return "grant_type=refresh_token&client_id=bench-stock&refresh_token=" .. token
end)
