-- title: token by key, RS256
-- servers: on
-- limits: api-keys
local bench = require "bench"

function bench.prepare()
  return {keys = bench.keys("bench")}
end

bench.drawn("keys", bench.post_by_key("/realms/bench/api/api-keys/token", '{"audience":"https://api.inbox-manager.com"}'))
