-- title: account token by key, RS256
-- servers: on
-- limits: account-token
-- against: 71-account-token
local bench = require "bench"

function bench.prepare()
  local bearer = bench.session("bench", "bench-app", "jane@example.com")
  return {keys = bench.keys("bench"), account = bench.account("bench", bearer, "acme")}
end

bench.drawn("keys", function(key)
  return bench.post_by_key("/realms/bench/api/accounts/" .. account .. "/token",
    '{"audience":"https://api.inbox-manager.com"}')(key)
end)
