-- What rows are made of. A row is a wrk script: it sets `request` (or wrk.method, wrk.body ...) and nothing else;
-- setup and done belong to this file. wrk runs a row once for itself and once for each of its threads.
local bench = {}

local platforms = {["bench"] = 101, ["bench-rs256"] = 102, ["bench-es256"] = 103, ["bench-duplicates"] = 104}

local function environment(name)
  local value = os.getenv(name)
  return value or error(name .. " is not set: bench/run starts the rows")
end

local function encoded(text)
  return (text:gsub("[^%w%-._~]", function(c) return string.format("%%%02X", c:byte()) end))
end

function bench.form(fields)
  local pairs_ = {}
  for name, value in pairs(fields) do pairs_[#pairs_ + 1] = encoded(name) .. "=" .. encoded(value) end
  table.sort(pairs_)
  return table.concat(pairs_, "&")
end

function bench.token_endpoint(realm)
  return "/realms/" .. realm .. "/protocol/openid-connect/token"
end

-- Makes every request of the row this one call at the token endpoint, with the client's secret added.
function bench.grant(realm, fields)
  fields.client_secret = environment("BENCH_CLIENT_SECRET")
  wrk.method = "POST"
  wrk.path = bench.token_endpoint(realm)
  wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
  wrk.body = bench.form(fields)
end

-- The secret is in no command line.
local function fetched(realm, client, fields)
  local call = "printf '" .. fields .. "&client_id=" .. client
    .. "&client_secret=%s' \"$BENCH_CLIENT_SECRET\" | curl -sS -m 10 -d @- "
    .. environment("BENCH_BASE") .. bench.token_endpoint(realm)
  local pipe = assert(io.popen(call))
  local answer = pipe:read("*a")
  pipe:close()
  return assert(answer:match('"access_token":"([^"]+)"'), "no access token: " .. answer:sub(1, 200))
end

-- An access token by client_credentials, fetched now.
function bench.access_token(realm, client)
  return fetched(realm, client, "grant_type=client_credentials")
end

-- An access token of a session of the demo's owner of acme, fetched now. The password stands in the README.
function bench.session_token(realm, client)
  return fetched(realm, client, "grant_type=password&username=jane%%40example.com&password=correct-horse-1")
end

-- A request function: token-for-email with the shared secret, for users drawn at random from the loaded ones.
function bench.token_for_email(realm)
  local users = bench.users or tonumber(environment("BENCH_USERS"))
  local path = "/realms/" .. realm .. "/api/auth/token-for-email"
  local rest = '@bench.example","platformId":' .. platforms[realm] .. "}"
  local headers = {
    ["Content-Type"] = "application/json",
    ["X-Tribe-Service-Secret"] = environment("TRIBE_SERVICE_MINT_SECRET"),
  }
  local seeded = false
  return function()
    if not seeded then
      seeded = true
      headers["Host"] = wrk.headers["Host"]
      math.randomseed(thread_seed)
    end
    return wrk.format("POST", path, headers, '{"email":"user' .. math.random(users) .. rest)
  end
end

-- Tokens of another system, one a line, made before the load: the file that the row's header names.
local function foreign_tokens(name)
  return environment("BENCH_FOREIGN") .. "/" .. name
end

-- A function that gives one of the file's tokens, drawn at random.
local function any_token(name)
  local tokens = {}
  for token in io.lines(foreign_tokens(name)) do tokens[#tokens + 1] = token end
  local seeded = false
  return function()
    if not seeded then
      seeded = true
      math.randomseed(thread_seed)
    end
    return tokens[math.random(#tokens)]
  end
end

-- A function that gives each token of the file once, however often wrk runs: the threads take turns, and the next run
-- goes on where this one ends (see done). When there are no more, the run fails: a repeated one would be another case.
local function fresh_token(name)
  local file
  return function()
    if not file then
      file = assert(io.open(foreign_tokens(name)))
      file:seek("set", fresh_from)
      for _ = 2, thread_number do file:read("*l") end
    else
      for _ = 2, thread_count do file:read("*l") end
    end
    local token = file:read("*l") or error("all tokens of " .. name .. " are used up: strangers_per_second in foreign.sh")
    fresh_until = file:seek()
    return token
  end
end

local function verify_external_user(token)
  local headers = {["Content-Type"] = "application/json"}
  return function()
    headers["Host"] = wrk.headers["Host"]
    return wrk.format("POST", "/realms/bench/auth/verify-external-user", headers, '{"userJwt":"' .. token() .. '"}')
  end
end

-- A request function: verify-external-user for users who have been here before, drawn at random.
function bench.returning_users(name)
  return verify_external_user(any_token(name))
end

-- A request function: verify-external-user for users who have never been here.
function bench.strangers(name)
  bench.fresh = foreign_tokens(name) .. ".used"
  return verify_external_user(fresh_token(name))
end

-- A request function: the JWT authorization grant with assertions drawn at random.
function bench.assertions(realm, fields, name)
  local assertion = any_token(name)
  bench.grant(realm, fields)
  local rest = wrk.body .. "&assertion="
  return function() return wrk.format(nil, nil, nil, rest .. assertion()) end
end

-- Runs curl with a body that no command line shows, and gives what it answers.
local function post(path, content_type, body, bearer)
  local name = os.tmpname()
  local file = assert(io.open(name, "w"))
  file:write(body)
  file:close()
  local config = bearer and ("header = \"Authorization: Bearer " .. bearer .. "\"\n") or ""
  local settings = os.tmpname()
  file = assert(io.open(settings, "w"))
  file:write(config)
  file:close()
  local pipe = assert(io.popen("curl -sS -m 20 -K " .. settings .. " -H 'Content-Type: " .. content_type
    .. "' --data-binary @" .. name .. " " .. environment("BENCH_BASE") .. path))
  local answer = pipe:read("*a")
  pipe:close()
  os.remove(name)
  os.remove(settings)
  return answer
end

local function member(answer, name)
  return assert(answer:match('"' .. name .. '":"([^"]+)"'), "no " .. name .. ": " .. answer:sub(1, 200))
end

-- Access and refresh token of a user of the demo, by the password grant of a client; a confidential one has a secret.
function bench.session(realm, client, email, confidential, scope)
  local fields = {
    grant_type = "password", client_id = client, username = email, password = "correct-horse-1", scope = scope,
  }
  if confidential then fields.client_secret = environment("BENCH_CLIENT_SECRET") end
  local answer = post(bench.token_endpoint(realm), "application/x-www-form-urlencoded", bench.form(fields))
  return member(answer, "access_token"), member(answer, "refresh_token")
end

-- The id of the first account of a bearer whose alias starts so.
function bench.account(realm, token, alias)
  local pipe_settings = os.tmpname()
  local file = assert(io.open(pipe_settings, "w"))
  file:write("header = \"Authorization: Bearer " .. token .. "\"\n")
  file:close()
  local pipe = assert(io.popen("curl -sS -m 20 -K " .. pipe_settings .. " '" .. environment("BENCH_BASE") .. "/realms/" .. realm
    .. "/api/accounts?max=100'"))
  local answer = pipe:read("*a")
  pipe:close()
  os.remove(pipe_settings)
  for account in answer:gmatch("{[^{}]*\"account_id\"[^{}]*}") do
    if account:match('"alias":"' .. alias) then return member(account, "account_id") end
  end
  error("no account " .. alias .. ": " .. answer:sub(1, 200))
end

local people = {"jane@example.com", "john@example.com", "max@example.com", "ada@example.com"}

-- A request function: a body made for one of the demo's users at random.
function bench.somebody(path, content_type, body)
  local headers = {["Content-Type"] = content_type}
  local seeded = false
  return function()
    if not seeded then
      seeded = true
      headers["Host"] = wrk.headers["Host"]
      math.randomseed(thread_seed)
    end
    return wrk.format("POST", path, headers, body(people[math.random(#people)]))
  end
end

-- Access tokens of the demo's users, one each, with blanks between.
function bench.sessions(realm, client, scope)
  local tokens = {}
  for _, email in ipairs(people) do tokens[#tokens + 1] = bench.session(realm, client, email, false, scope) end
  return table.concat(tokens, " ")
end

-- Fails unless Keycloak's introspection finds each of the tokens active: for one that is not it answers 200 as well.
function bench.require_active(realm, client, tokens)
  for token in tokens:gmatch("%S+") do
    local answer = post(bench.token_endpoint(realm) .. "/introspect", "application/x-www-form-urlencoded",
      bench.form({client_id = client, client_secret = environment("BENCH_CLIENT_SECRET"), token = token}))
    assert(answer:match('"active":true'), "not active: " .. answer:sub(1, 200))
  end
end

-- API keys of two members of acme for that account, eight each, with blanks between: made by calls to the server, once in
-- its life, since a user may have no more than 100.
function bench.keys(realm)
  local name = environment("BENCH_KEYS") .. "/" .. realm .. environment("BENCH_BASE"):gsub("%W", "-")
  local kept = io.open(name)
  if kept then
    local keys = kept:read("*a")
    kept:close()
    return keys
  end
  local made = {}
  for _, email in ipairs({"jane@example.com", "john@example.com"}) do
    local bearer = bench.session(realm, "bench-app", email)
    for i = 1, 8 do
      made[#made + 1] = member(post("/realms/" .. realm .. "/api/api-keys", "application/json",
        '{"name":"Bench ' .. i .. '","account_id":"acme","permissions":["campaigns:read","templates:read"]}', bearer), "key")
    end
  end
  local keys = table.concat(made, " ")
  local file = assert(io.open(name, "w"))
  file:write(keys)
  file:close()
  return keys
end

-- Makes a request of each text in the global `name`, which bench.prepare gives, and draws one of them for each call: what
-- drawing costs is the same in all rows that are made so.
function bench.drawn(name, make)
  function init()
    local requests = {}
    for text in _G[name]:gmatch("%S+") do requests[#requests + 1] = make(text) end
    math.randomseed(thread_seed)
    request = function() return requests[math.random(#requests)] end
  end
end

-- A GET by a header, of which bench.drawn makes a request.
function bench.get(path, header, before)
  return function(text)
    return wrk.format("GET", path, {["Host"] = wrk.headers["Host"], [header] = (before or "") .. text})
  end
end

-- A POST of JSON by an API key, of which bench.drawn makes a request.
function bench.post_by_key(path, body)
  return function(key)
    return wrk.format("POST", path,
      {["Host"] = wrk.headers["Host"], ["Content-Type"] = "application/json", ["X-API-KEY"] = key}, body)
  end
end

function bench.verify(realm, query)
  return "/realms/" .. realm .. "/api/auth/verify" .. (query and "?" .. bench.form(query) or "")
end

-- A request function: a GET with one of the first `count` keys that data/keys.sql has made, drawn at random; without a
-- count, one key of each of the loaded users. The file may have a million lines: each is read when it is drawn, which
-- takes no search, since all are of one length.
function bench.any_key(path, count)
  count = count or tonumber(environment("BENCH_USERS"))
  local lines, length, before, after
  local function open()
    lines = assert(io.open(environment("BENCH_KEYS") .. "/bulk"))
    length = #lines:read("*l") + 1
    local pattern = bench.get(path, "X-API-KEY")("<key>")
    before, after = pattern:match("^(.*)<key>(.*)$")
    math.randomseed(thread_seed)
  end
  return function()
    if not lines then open() end
    lines:seek("set", (math.random(count) - 1) * length)
    return before .. lines:read(length - 1) .. after
  end
end

-- Chains of refreshes: every connection's next call sends the refresh token that an answer brought. Both of a pair of rows
-- read their answers in this way, since it costs something. `make` gives the body for a token.
function bench.refreshes(path, content_type, make)
  local headers = {["Content-Type"] = content_type}
  local waiting
  local function fill()
    waiting = {}
    for token in refresh_tokens:gmatch("%S+") do waiting[#waiting + 1] = token end
    headers["Host"] = wrk.headers["Host"]
  end
  request = function()
    if not waiting then fill() end
    local token = table.remove(waiting, 1) or error("more calls under way than there are tokens")
    return wrk.format("POST", path, headers, make(token))
  end
  local checked = response
  response = function(status, answer_headers, body)
    if checked then checked(status, answer_headers, body) end
    local token = body:match('"refresh_token":"([^"]+)"')
    if token then waiting[#waiting + 1] = token end
  end
  bench.per_thread = function(number)
    local tokens = {}
    for i = 1, 16 do
      local _, refresh = bench.session(bench.refresh_realm, bench.refresh_client, people[i % #people + 1])
      tokens[#tokens + 1] = refresh
    end
    return {refresh_tokens = table.concat(tokens, " ")}
  end
end

-- The last line of a row: each of its calls comes from one of `count` addresses, drawn at random.
function bench.from_addresses(count)
  local prepared_by_row = init
  function init(args)
    if prepared_by_row then prepared_by_row(args) end
    local of_row = request
    local always = not of_row and wrk.format()
    request = function()
      local number = math.random(count)
      return ((always or of_row()):gsub("\r\n", string.format("\r\nX-Forwarded-For: 10.%d.%d.%d\r\n", math.floor(number / 65536),
        math.floor(number / 256) % 256, number % 256), 1))
    end
  end
end

-- A row may set this to a function that is called once before the load; what it returns, by name, becomes globals of
-- the threads (strings and numbers only).
bench.prepare = nil

local threads = {}
local prepared

-- Bytes of the fresh tokens that earlier runs of wrk have used.
local function used()
  local file = bench.fresh and io.open(bench.fresh)
  if not file then return 0 end
  local bytes = file:read("*n")
  file:close()
  return bytes
end

local function keep_used()
  local furthest = 0
  for _, thread in ipairs(threads) do furthest = math.max(furthest, thread:get("fresh_until") or 0) end
  local file = assert(io.open(bench.fresh, "w"))
  file:write(furthest)
  file:close()
end

function setup(thread)
  prepared = prepared or (bench.prepare and bench.prepare()) or {}
  threads[#threads + 1] = thread
  for name, value in pairs(prepared) do thread:set(name, value) end
  for name, value in pairs(bench.per_thread and bench.per_thread(#threads) or {}) do thread:set(name, value) end
  thread:set("thread_seed", os.time() * 16 + #threads)
  thread:set("thread_number", #threads)
  thread:set("thread_count", tonumber(environment("BENCH_THREADS")))
  thread:set("fresh_from", used())
end

-- The warm-up looks at each answer; the measurement leaves that to wrk, which counts only 400 and above but does it
-- without copying answers to Lua.
if os.getenv("BENCH_CHECK") then
  not_ok = 0
  function response(status)
    if status < 200 or status > 299 then not_ok = not_ok + 1 end
  end
end

-- One line: requests, microseconds, p50 and p99 in microseconds, calls that went wrong.
function done(summary, latency)
  if bench.fresh then keep_used() end
  local errors = summary.errors
  local wrong = errors.connect + errors.read + errors.write + errors.timeout
  if os.getenv("BENCH_CHECK") then
    for _, thread in ipairs(threads) do wrong = wrong + thread:get("not_ok") end
  else
    wrong = wrong + errors.status
  end
  local out = assert(io.open(environment("BENCH_OUT"), "w"))
  out:write(string.format("%d %d %d %d %d\n", summary.requests, summary.duration, latency:percentile(50),
    latency:percentile(99), wrong))
  out:close()
end

return bench
