-- title: standard token exchange to one audience, RS256
-- whose: keycloak
-- servers: on
local bench = require "bench"

function bench.prepare()
  return {subject_token = bench.session("bench", "bench-exchange", "jane@example.com", true)}
end

function init()
  bench.grant("bench", {
    grant_type = "urn:ietf:params:oauth:grant-type:token-exchange",
    client_id = "bench-exchange",
    subject_token = subject_token,
    subject_token_type = "urn:ietf:params:oauth:token-type:access_token",
    audience = "https://api.inbox-manager.com",
  })
end
