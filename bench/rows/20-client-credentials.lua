-- title: client_credentials, RS256
-- whose: keycloak
-- servers: on off
-- limits: keycloak-token
local bench = require "bench"

bench.grant("bench", {grant_type = "client_credentials", client_id = "bench-client"})
