"use strict";

// Loads the platform's published client as its bundlers do, unchanged but for the base URL that it points at.

const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");

const PUBLISHED_BASE = '"https://api.replyke.com/api/v6"';

/**
 * The package calls itself `"type": "module"`, so that Node takes its CommonJS build for ES modules and its ES build for
 * lack of file extensions not at all; bundlers mind neither. This hook reads the CommonJS build as what it is. Nothing
 * on the disk is touched: `npm ci` has just checked its hash.
 */
function publishedClient(baseUrl) {
  const build = path.join(path.dirname(require.resolve("@replyke/core/package.json")), "dist", "cjs");
  const addresses = path.join(build, "config", "axios.js");
  const stock = Module._extensions[".js"];
  Module._extensions[".js"] = (module, file) => {
    if (!file.startsWith(build + path.sep)) {
      stock(module, file);
      return;
    }
    const source = fs.readFileSync(file, "utf8");
    module._compile(file === addresses ? pointedAt(source, baseUrl) : source, file);
  };
  // the client's own switch for the part of it that doesn't use config/axios.js
  process.env.REACT_APP_API_BASE_URL = baseUrl;
  return (file) => require(path.join(build, file));
}

function pointedAt(source, baseUrl) {
  const parts = source.split(PUBLISHED_BASE);
  if (parts.length !== 2) {
    throw new Error("config/axios.js does not name its base URL once: is this another version?");
  }
  return parts.join(JSON.stringify(baseUrl));
}

module.exports = { publishedClient };
