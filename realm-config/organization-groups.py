#!/usr/bin/env python3
"""Adds what keycloak-config-cli leaves out of a realm file: organization groups, their client roles, their members.

usage: BASE_URL=http://127.0.0.1:8080 ADMIN_TOKEN=... python3 organization-groups.py demo-realm.json

Keycloak's own import (--import-realm, POST /admin/realms) does this by itself. Running it twice changes nothing.
"""
import json
import os
import sys
import urllib.parse
import urllib.request


def call(method, path, body=None):
    """One admin call; returns the parsed answer, or None where there is none."""
    request = urllib.request.Request(
        f"{base}{path}",
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {os.environ['ADMIN_TOKEN']}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as response:
        text = response.read()
        return json.loads(text) if text else None


def only(found, what):
    """The server answers exact searches with a list; anything but one entry means that the realm isn't what we think."""
    if len(found) != 1:
        sys.exit(f"expected one {what}, found {len(found)}")
    return found[0]


def quoted(value):
    return urllib.parse.quote(value, safe="")


def grant(path, roles_by_client):
    for client_id, names in roles_by_client.items():
        client = only(call("GET", f"/clients?clientId={quoted(client_id)}"), f"client {client_id}")
        roles = [role for role in call("GET", f"/clients/{client['id']}/roles") if role["name"] in names]
        if len(roles) != len(names):
            sys.exit(f"client {client_id} lacks some of the roles {', '.join(names)}")
        call("POST", f"{path}/role-mappings/clients/{client['id']}", roles)


with open(sys.argv[1], encoding="utf-8") as file:
    realm = json.load(file)
base = f"{os.environ['BASE_URL'].rstrip('/')}/admin/realms/{quoted(realm['realm'])}"

for organization in realm.get("organizations", []):
    query = f"/organizations?exact=true&search={quoted(organization['name'])}"
    root = f"/organizations/{only(call('GET', query), 'organization ' + organization['name'])['id']}"
    there = {group["name"]: group["id"] for group in call("GET", f"{root}/groups")}
    ids = {}
    for group in organization.get("groups", []):
        # The ids in the file only tie members to groups; a server that makes the group picks its own.
        ids[group["id"]] = there.get(group["name"]) or call("POST", f"{root}/groups", {"name": group["name"]})["id"]
        grant(f"{root}/groups/{ids[group['id']]}", group.get("clientRoles", {}))
    for member in organization.get("members", []):
        user = only(call("GET", f"/users?exact=true&username={quoted(member['username'])}"), member["username"])
        for group in member.get("groups", []):
            inside = call("GET", f"{root}/groups/{ids[group]}/members?max=10000")
            # Joining twice is a conflict.
            if user["id"] not in {present["id"] for present in inside}:
                call("PUT", f"{root}/groups/{ids[group]}/members/{user['id']}")
    print(f"{organization['name']}: {len(ids)} groups, {len(organization.get('members', []))} members")
