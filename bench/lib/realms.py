#!/usr/bin/env python3
"""Makes the realm files of the benchmark from the demo realm: usage: realms.py DEMO-REALM.json DIRECTORY

Each realm is the demo realm without events and brute force protection, plus three clients of the shape of the demo's
mint caller, so that what they issue carries the same claims:

  bench-hs256 (bench-rs256, bench-es256)   acts for the shared secret and signs so
  bench-client                             client_credentials, RS256: what the mint is compared with
  bench-exchange                           standard token exchange of its own access token, RS256

The secret of all of them is BENCH_CLIENT_SECRET, which the server takes from its environment at the import.
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


def client(shape, client_id, attributes):
    made = copy.deepcopy(shape)
    made.update(clientId=client_id, name=client_id, secret="${BENCH_CLIENT_SECRET}", attributes=attributes)
    return made


def service_account(client_id, roles):
    return {
        "username": f"service-account-{client_id}",
        "enabled": True,
        "serviceAccountClientId": client_id,
        "clientRoles": roles,
    }


def realm(text, name, number, platform, algorithm):
    # ids of organization groups are unique in a server; default roles carry the realm's name
    text = text.replace("6d696e74-0000-", f"6d696e74-{number:04x}-").replace("default-roles-demo", f"default-roles-{name}")
    made = json.loads(re.sub(r"\$\{[A-Z_]+_SECRET\}", "${BENCH_CLIENT_SECRET}", text))
    caller = f"bench-{algorithm.lower()}"
    made.update(realm=name, displayName=name, eventsEnabled=False, adminEventsEnabled=False, bruteForceProtected=False)
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
    ]
    made["users"] += [
        service_account(caller, {"keycloak-mint": ["mint-tokens"]}),
        service_account("bench-client", {}),
        service_account("bench-exchange", {}),
    ]
    return made


def main(source, directory):
    text = pathlib.Path(source).read_text(encoding="utf-8")
    target = pathlib.Path(directory)
    target.mkdir(parents=True, exist_ok=True)
    for number, (name, (platform, algorithm)) in enumerate(REALMS.items(), start=1):
        made = realm(text, name, number, platform, algorithm)
        (target / f"{name}-realm.json").write_text(json.dumps(made, indent=1), encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
