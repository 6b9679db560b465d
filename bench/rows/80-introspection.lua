-- title: Keycloak's introspection of a session token
-- whose: keycloak
-- servers: on
local bench = require "bench"

function bench.prepare()
  local tokens = bench.sessions("bench", "bench-stock", "openid")
  bench.require_active("bench", "introspector", tokens)
  return {tokens = tokens}
end

bench.drawn("tokens", function(token)
  bench.grant("bench", {client_id = "introspector", token = token})
  return wrk.format("POST", bench.token_endpoint("bench") .. "/introspect")
end)
