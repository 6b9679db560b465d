-- title: Keycloak's certs (the floor)
-- whose: keycloak
-- servers: on
require "bench"

wrk.path = "/realms/bench/protocol/openid-connect/certs"
