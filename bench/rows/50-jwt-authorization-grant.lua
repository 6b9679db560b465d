-- title: JWT authorization grant, RS256
-- whose: keycloak
-- servers: on
-- limits: keycloak-token
-- tokens: assertions
local bench = require "bench"

request = bench.assertions("bench", {
  grant_type = "urn:ietf:params:oauth:grant-type:jwt-bearer",
  client_id = "bench-jwt-grant",
}, "assertions")
