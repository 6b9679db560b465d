-- title: account token, RS256
-- servers: on
-- limits: account-token
-- against: 70-session-exchange
-- at-least: on=1.2
local bench = require "bench"

function bench.prepare()
  local token = bench.session("bench", "bench-account", bench.person or "jane@example.com", true)
  return {bearer = token, account = bench.account("bench", token, bench.alias or "acme")}
end

function init()
  wrk.method = "POST"
  wrk.path = "/realms/bench/api/accounts/" .. account .. "/token"
  wrk.headers["Content-Type"] = "application/json"
  wrk.headers["Authorization"] = "Bearer " .. bearer
  wrk.body = '{"audience":"https://api.inbox-manager.com"}'
end
