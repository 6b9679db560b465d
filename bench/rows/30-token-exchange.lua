-- title: standard token exchange, RS256
-- whose: keycloak
-- servers: on
-- limits: keycloak-token
local bench = require "bench"

function bench.prepare()
  return {subject_token = bench.access_token("bench", "bench-exchange")}
end

function init()
  bench.grant("bench", {
    grant_type = "urn:ietf:params:oauth:grant-type:token-exchange",
    client_id = "bench-exchange",
    subject_token = subject_token,
    subject_token_type = "urn:ietf:params:oauth:token-type:access_token",
  })
end
