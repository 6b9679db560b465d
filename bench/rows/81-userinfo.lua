-- title: Keycloak's userinfo
-- whose: keycloak
-- servers: on
local bench = require "bench"

function bench.prepare()
  return {tokens = bench.sessions("bench", "bench-stock", "openid")}
end

bench.drawn("tokens", bench.get("/realms/bench/protocol/openid-connect/userinfo", "Authorization", "Bearer "))
