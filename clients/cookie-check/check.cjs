"use strict";

/*
 * An app's own server: Express with cookie-parser. Calls itself once for each Cookie header in COOKIES (a JSON array), and prints
 * as JSON what the app saw under NAME: the digest of what was signed, false for a signature that is not good, null for no signed
 * cookie of that name.
 *
 * KEYS: as the admin endpoint answers them, a JSON array.
 */

const crypto = require("node:crypto");
const http = require("node:http");
const cookieParser = require("cookie-parser");
const express = require("express");

function required(name) {
  const value = process.env[name];
  if (!value) {
    throw new Error(`${name} is not set`);
  }
  return value;
}

const name = required("NAME");
const cookies = JSON.parse(required("COOKIES"));

const app = express();
app.use(cookieParser(JSON.parse(required("KEYS"))));
app.get("/", (request, response) => {
  const signed = request.signedCookies[name];
  response.json(
    typeof signed === "string" ? crypto.createHash("sha256").update(signed).digest("hex") : (signed ?? null),
  );
});

function ask(port, cookie) {
  return new Promise((resolve, reject) => {
    http
      .get({ host: "127.0.0.1", port, path: "/", headers: { cookie } }, (answer) => {
        let body = "";
        answer.on("data", (chunk) => (body += chunk));
        answer.on("end", () => resolve(JSON.parse(body)));
      })
      .on("error", reject);
  });
}

const server = app.listen(0, "127.0.0.1", async () => {
  try {
    const seen = [];
    for (const cookie of cookies) {
      seen.push(await ask(server.address().port, cookie));
    }
    console.log(JSON.stringify(seen));
  } finally {
    server.close();
  }
});
