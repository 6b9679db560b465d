-- title: account token by token exchange, RS256
-- servers: on
-- limits: keycloak-token
-- against: 70-session-exchange
local bench = require "bench"

function bench.prepare()
  return {parent = bench.session_token("bench", "bench-account")}
end

function init()
  bench.grant("bench", {
    grant_type = "urn:ietf:params:oauth:grant-type:token-exchange",
    client_id = "bench-account",
    subject_token = parent,
    subject_token_type = "urn:ietf:params:oauth:token-type:access_token",
    account_id = "acme",
    audience = "https://api.inbox-manager.com",
  })
end
