-- title: Keycloak's introspection, a session's token
-- whose: keycloak
-- servers: on
local bench = require "bench"

function bench.prepare()
  return {token = bench.session("bench", "bench-account", "jane@example.com", true)}
end

function init()
  bench.introspection("bench", "introspector", token)
end
