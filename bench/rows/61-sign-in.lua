-- title: sign-in, RS256
-- servers: on
-- limits: sign-in
-- against: 60-password-grant
-- at-least: on=0.95
local bench = require "bench"

request = bench.somebody("/realms/bench/auth/sign-in", "application/json", function(email)
  return '{"client_id":"bench-app","email":"' .. email .. '","password":"correct-horse-1"}'
end)
