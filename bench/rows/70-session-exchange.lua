-- title: standard token exchange of a session's token, RS256
-- whose: keycloak
-- servers: on
-- limits: keycloak-token
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
  })
end
