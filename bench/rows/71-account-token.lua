-- title: account token, RS256
-- servers: on
-- against: 70-session-exchange
-- at-least: on=1.2
local bench = require "bench"

function bench.prepare()
  return {parent = bench.session_token("bench", "bench-account")}
end

function init()
  wrk.method = "POST"
  wrk.path = "/realms/bench/api/accounts/acme/token"
  wrk.headers["Content-Type"] = "application/json"
  wrk.headers["Authorization"] = "Bearer " .. parent
  wrk.body = '{"audience":"https://api.inbox-manager.com"}'
end
