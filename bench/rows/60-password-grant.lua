-- title: password grant, RS256
-- whose: keycloak
-- servers: on
-- limits: keycloak-token
local bench = require "bench"

request = bench.somebody(bench.token_endpoint("bench"), "application/x-www-form-urlencoded", function(email)
  return bench.form({grant_type = "password", client_id = "bench-stock", username = email, password = "correct-horse-1"})
end)
