#!/usr/bin/env python3
"""What the limiter is set to for bench/run --limits, and whether a pair of nodes limits as its setting says.

usage: limits.py known ENDPOINT...                   ends with 1 where nothing below is set for one of them
       limits.py options                             server options: the shipped limits, so high that no load reaches them
       limits.py realms DIRECTORY shipped|every      changes realm files: nothing more, or the same for every other kind
       limits.py probe off|local|shared URL URL      calls two nodes; ends with 1 where they limit in another way
       limits.py switch on|off shipped|every URL     of a server that runs, for the realms that are loaded
"""
import json
import os
import pathlib
import sys
import urllib.error
import urllib.parse
import urllib.request

HIGH = "1000000/1"
ONE = "1/86400"

# What the endpoints of the rows ask the limiter for (docs/limits.md): as shipped, and what a realm alone can set.
SHIPPED = {
    "keycloak-token": ["address"],
    "keycloak-password-grant": ["address"],
    "sign-in": ["address", "target"],
    "refresh": ["address"],
    "verify-external-user": ["address", "target"],
    "token-for-email": ["caller", "failure"],
    "account-token": ["failure"],
    "api-keys": ["failure"],
}
BESIDES = {
    "sign-in": ["failure"],
    "refresh": ["failure"],
    "verify-external-user": ["failure"],
    "token-for-email": ["address", "target"],
    "account-token": ["address", "target"],
    "api-keys": ["address", "target"],
    "verify": ["address", "failure"],
}

# The realm that is asked before the load, and that no row loads: one call a day from an address.
PROBED = "bench-duplicates"
CALLS = {
    "keycloak-token": ("POST", "protocol/openid-connect/token", "application/x-www-form-urlencoded", "grant_type=none"),
    "sign-in": ("POST", "auth/sign-in", "application/json", "{}"),
    "refresh": ("POST", "auth/refresh", "application/json", "{}"),
    "verify-external-user": ("POST", "auth/verify-external-user", "application/json", "{}"),
    "token-for-email": ("POST", "api/auth/token-for-email", "application/json", "{}"),
    "account-token": ("POST", "api/accounts/none/token", "application/json", "{}"),
    "api-keys": ("POST", "api/api-keys/token", "application/json", "{}"),
    "verify": ("GET", "api/auth/verify", "", ""),
}
# First node, second node, first node again: limited or not.
EXPECTED = {
    "off": (False, False, False),
    "local": (False, False, True),
    "shared": (False, True, True),
}


def known(*endpoints):
    if (others := set(endpoints) - set(CALLS)):
        sys.exit(f"limits.py sets no limits for {', '.join(sorted(others))}")


def options():
    for endpoint, kinds in SHIPPED.items():
        for kind in kinds:
            print(f"--spi-mint-limiter--ratelimit--limit-{endpoint}-{kind}={HIGH}")


def realms(directory, kinds_of):
    for path in pathlib.Path(directory).glob("*-realm.json"):
        realm = json.loads(path.read_text(encoding="utf-8"))
        if realm["realm"] == PROBED:
            limits = {f"mint.limit.{endpoint}.address": ONE for endpoint in CALLS}
        else:
            limits = {
                f"mint.limit.{endpoint}.{kind}": HIGH
                for endpoint, kinds in BESIDES.items() for kind in kinds if kinds_of == "every"
            }
        realm["attributes"].update(limits)
        path.write_text(json.dumps(realm, indent=1), encoding="utf-8")


LOADED = ("bench", "bench-rs256", "bench-es256")


def admin(url, path, token, data=None):
    request = urllib.request.Request(url + path, data=data, method="PUT" if data else "GET")
    request.add_header("Authorization", "Bearer " + token)
    request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.read()


def switch(state, kinds_of, url):
    """Off: no limit of any kind. On: those that are options of the server, and with `every` the others as well."""
    form = urllib.parse.urlencode({"grant_type": "password", "client_id": "admin-cli", "username": os.environ["ADMIN_USER"],
                                   "password": os.environ["ADMIN_PASSWORD"]}).encode()
    with urllib.request.urlopen(f"{url}/realms/master/protocol/openid-connect/token", form, timeout=60) as answer:
        token = json.load(answer)["access_token"]
    shipped, besides = (
        [f"mint.limit.{endpoint}.{kind}" for endpoint, kinds in which.items() for kind in kinds] for which in (SHIPPED, BESIDES))
    if state == "off":
        wanted = dict.fromkeys(shipped + besides, "off")
    else:
        wanted = dict.fromkeys(besides, HIGH) if kinds_of == "every" else {}
    for name in LOADED:
        realm = json.loads(admin(url, f"/admin/realms/{name}", token))
        kept = {key: value for key, value in realm["attributes"].items() if key not in shipped + besides}
        realm["attributes"] = kept | wanted
        admin(url, f"/admin/realms/{name}", token, json.dumps(realm).encode())
        found = json.loads(admin(url, f"/admin/realms/{name}", token))["attributes"]
        if {key: value for key, value in found.items() if key in shipped + besides} != wanted:
            sys.exit(f"the limits of {name} did not become {state}")


def limited(url, endpoint):
    method, path, content_type, body = CALLS[endpoint]
    request = urllib.request.Request(f"{url}/realms/{PROBED}/{path}", method=method)
    if body:
        request.data = body.encode()
        request.add_header("Content-Type", content_type)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            status, text = answer.status, ""
    except urllib.error.HTTPError as error:
        with error:
            status, text = error.code, error.read().decode("utf-8", "replace")
    # an endpoint's errors have its own shape; a gateway's only 403 for that reason is recognised by its word
    if status in (404, 405) or status >= 500 or (status == 403 and endpoint != "verify"):
        sys.exit(f"the probe of {endpoint} got {status}: {text[:200]}")
    return status == 429 or (status == 403 and "too_many_requests" in text)


def probe(setting, first, second):
    wrong = []
    for endpoint in CALLS:
        found = tuple(limited(url, endpoint) for url in (first, second, first))
        if found != EXPECTED[setting]:
            wrong.append(f"{endpoint}: {found}, not {EXPECTED[setting]}")
    if wrong:
        sys.exit(f"the servers with limits {setting} limit in another way (first node, second, first again): " + "; ".join(wrong))


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in ("known", "options", "realms", "probe", "switch"):
        sys.exit(__doc__)
    globals()[sys.argv[1]](*sys.argv[2:])
