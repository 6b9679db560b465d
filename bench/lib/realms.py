#!/usr/bin/env python3
"""Makes the realm files of the benchmark from the demo realm: usage: realms.py DEMO-REALM.json PUBLIC-KEY DIRECTORY

Each realm is the demo realm without events and brute force protection, plus four clients of the shape of the demo's
mint caller, so that what they issue carries the same claims:

  bench-hs256 (bench-rs256, bench-es256)   acts for the shared secret and signs so
  bench-client                             client_credentials, RS256: what the mint is compared with
  bench-exchange                           standard token exchange of its own access token, RS256
  bench-account                            users' sessions, their account tokens and standard exchanges, RS256

for the rows of sessions and account tokens

  bench-app                                a copy of the demo's cid_inbox_manager
  bench-stock                              the same without anything of ours: password grant, refresh, tokens for
                                           introspection (by the demo's introspector) and userinfo

and two of the shape of the demo's external-users:

  bench-external                           the same, but its tokens are RS256
  bench-jwt-grant                          stock Keycloak's JWT authorization grant, RS256

The secret of all of them is BENCH_CLIENT_SECRET, which the server takes from its environment at the import. The realm
bench alone has identity providers: the demo's external-project and two of its shape, for bench-external and, of Keycloak's
own type, for bench-jwt-grant. All three believe PUBLIC-KEY, a file that lib/ForeignTokens.java made.
"""
import copy
import json
import pathlib
import re
import sys

# name: platform id, algorithm of minted tokens. Changing one means changing bench.lua as well.
REALMS = {
    "bench": (101, "HS256"),
    "bench-rs256": (102, "RS256"),
    "bench-es256": (103, "ES256"),
    "bench-duplicates": (104, "HS256"),
}


# alias: issuer, client that tokens are for. Changing one means changing foreign.sh as well.
EXTERNAL = {
    "external-project": ("demo", "external-users"),
    "bench-external": ("bench-external", "bench-external"),
}
GRANT = ("bench-jwt-grant", "https://issuer.bench.example")
FOREIGN_LIFE = "43200"  # of ForeignTokens.java


def client(shape, client_id, attributes):
    made = copy.deepcopy(shape)
    made.update(clientId=client_id, name=client_id, secret="${BENCH_CLIENT_SECRET}", attributes=attributes)
    return made


def app(shape, client_id, ours):
    """A public client like the demo's; without ours, nothing of the bundle works for it."""
    made = copy.deepcopy(shape)
    made.update(clientId=client_id, name=client_id)
    if not ours:
        made["attributes"] = {name: value for name, value in made["attributes"].items() if not name.startswith("mint.")}
        made["protocolMappers"] = [
            each for each in made.get("protocolMappers", []) if not each["protocolMapper"].startswith("mint-")]
        made.pop("authenticationFlowBindingOverrides", None)
    return made


def service_account(client_id, roles):
    return {
        "username": f"service-account-{client_id}",
        "enabled": True,
        "serviceAccountClientId": client_id,
        "clientRoles": roles,
    }


def identity_providers(shape, public_key):
    """Each believes one key, the one that this run signs with: what is current and what was before makes no difference."""
    found = []
    for alias, (issuer, client_id) in EXTERNAL.items():
        made = copy.deepcopy(shape)
        made.update(alias=alias, displayName=alias)
        made["config"].pop("previousKey")
        made["config"].update(
            issuer=issuer, projectId=issuer, currentKey=public_key, maxLifetime=FOREIGN_LIFE, tokenClientId=client_id)
        found.append(made)
    alias, issuer = GRANT
    found.append({
        "alias": alias,
        "displayName": alias,
        "providerId": "jwt-authorization-grant",
        "enabled": True,
        "config": {
            "issuer": issuer,
            "publicKeySignatureVerifier": public_key,
            "jwtAuthorizationGrantEnabled": "true",
            "jwtAuthorizationGrantAssertionReuseAllowed": "true",
            "jwtAuthorizationGrantAssertionSignatureAlg": "RS256",
            "jwtAuthorizationGrantMaxAllowedAssertionExpiration": FOREIGN_LIFE,
        },
    })
    return found


def account_client(shape):
    made = client(shape, "bench-account", {
        "standard.token.exchange.enabled": "true",
        "access.token.lifespan": "86400",
        "mint.capabilities": "accounts",
        "mint.audiences": "https://api.inbox-manager.com",
    })
    made.update(directAccessGrantsEnabled=True, serviceAccountsEnabled=False)
    return made


def external_clients(shape):
    policy = dict(shape["attributes"])
    policy["access.token.signed.response.alg"] = "RS256"
    grant = client(shape, GRANT[0], {
        "access.token.signed.response.alg": "RS256",
        "access.token.lifespan": policy["access.token.lifespan"],
        "oauth2.jwt.authorization.grant.enabled": "true",
        "oauth2.jwt.authorization.grant.idp": GRANT[0],
    })
    # stock Keycloak's row runs nothing of ours
    grant["protocolMappers"] = [each for each in grant["protocolMappers"] if not each["protocolMapper"].startswith("mint-")]
    return [client(shape, "bench-external", policy), grant]


def realm(text, public_key, name, number, platform, algorithm):
    # ids of organization groups are unique in a server; default roles carry the realm's name
    text = text.replace("6d696e74-0000-", f"6d696e74-{number:04x}-").replace("default-roles-demo", f"default-roles-{name}")
    made = json.loads(re.sub(r"\$\{[A-Z_]+_SECRET\}", "${BENCH_CLIENT_SECRET}", text))
    caller = f"bench-{algorithm.lower()}"
    made.update(realm=name, displayName=name, eventsEnabled=False, adminEventsEnabled=False, bruteForceProtected=False)
    # Keycloak's own rotation is a realm's setting; the rows of minted tokens don't notice it
    made["revokeRefreshToken"] = name == "bench-es256"
    if name.endswith("-duplicates"):
        made.update(duplicateEmailsAllowed=True, loginWithEmailAllowed=False, registrationEmailAsUsername=False)
    made["attributes"].update({"mint.platform-id": str(platform), "mint.shared-secret-client": caller})
    for organization in made["organizations"]:
        organization["attributes"].pop("mint.platform-id", None)
    shape = next(each for each in made["clients"] if each["clientId"] == "tribe-upstream")
    policy = dict(shape["attributes"])
    policy.update({"access.token.signed.response.alg": algorithm, "mint.allow-long-asymmetric": "true"})
    made["clients"] += [
        client(shape, caller, policy),
        client(shape, "bench-client", {}),
        client(shape, "bench-exchange", {"standard.token.exchange.enabled": "true"}),
        account_client(shape),
    ]
    demo_app = next(each for each in made["clients"] if each["clientId"] == "cid_inbox_manager")
    made["clients"] += [app(demo_app, "bench-app", True), app(demo_app, "bench-stock", False)]
    made["users"] += [
        service_account(caller, {"keycloak-mint": ["mint-tokens"]}),
        service_account("bench-client", {}),
        service_account("bench-exchange", {}),
    ]
    providers = {each["alias"]: each for each in made.pop("identityProviders")}
    if name == "bench":
        made["identityProviders"] = identity_providers(providers["external-project"], public_key)
        made["clients"] += external_clients(
            next(each for each in made["clients"] if each["clientId"] == "external-users"))
    return made


def main(source, key, directory):
    text = pathlib.Path(source).read_text(encoding="utf-8")
    public_key = pathlib.Path(key).read_text(encoding="utf-8").strip()
    target = pathlib.Path(directory)
    target.mkdir(parents=True, exist_ok=True)
    for number, (name, (platform, algorithm)) in enumerate(REALMS.items(), start=1):
        made = realm(text, public_key, name, number, platform, algorithm)
        (target / f"{name}-realm.json").write_text(json.dumps(made, indent=1), encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
