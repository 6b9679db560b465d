"use strict";

/*
 * Signs in, refreshes three times and signs out with the platform's published client, and prints what happened as JSON,
 * without tokens. `node check.cjs store` drives its Redux store, as a phone app or a server does, without an Origin;
 * `node check.cjs hooks` mounts its React provider in a DOM whose page has the origin PAGE, with CORS as browsers do it.
 *
 * BASE_URL: the server's root; PROJECT_ID; USER_JWT: signed by the project's key; PAGE: for hooks.
 */

const crypto = require("node:crypto");
const { publishedClient } = require("./published-client.cjs");

const LIMIT_MS = 30_000;
const REFRESHES = 3;

const baseUrl = required("BASE_URL");
const projectId = required("PROJECT_ID");
const userJwt = required("USER_JWT");

function required(name) {
  const value = process.env[name];
  if (!value) {
    throw new Error(`${name} is not set`);
  }
  return value;
}

/** Tells two tokens apart without showing them. */
function print(token) {
  return token ? crypto.createHash("sha256").update(token).digest("hex").slice(0, 16) : null;
}

function snapshot(what, store) {
  const { auth, user } = store.getState();
  return {
    what,
    accessToken: print(auth.accessToken),
    refreshToken: print(auth.refreshToken),
    user: auth.user,
    userOfUserSlice: user.user,
  };
}

/** Writes down every call; one that doesn't follow the base URL is withheld, since tests call nobody outside. */
function watched(axios) {
  const calls = [];
  const withheld = [];
  const note = (config, status) =>
    calls.push({
      method: config.method.toUpperCase(),
      path: config.url,
      status,
      refreshToken: print(config.data ? JSON.parse(config.data).refreshToken : null),
    });
  axios.interceptors.request.use((config) => {
    if (/^[a-z]+:/i.test(config.url)) {
      withheld.push(config.url);
      throw new Error("withheld");
    }
    return config;
  });
  axios.interceptors.response.use(
    (response) => {
      note(response.config, response.status);
      return response;
    },
    (error) => {
      if (error.config) {
        note(error.config, error.response ? error.response.status : error.code);
      }
      throw error;
    },
  );
  return { calls, withheld };
}

async function throughStore(client) {
  const { store } = client("store/index.js");
  const thunks = client("store/slices/authThunks.js");
  const states = [];
  await store.dispatch(thunks.verifyExternalUserThunk({ projectId, userJwt })).unwrap();
  states.push(snapshot("signed in", store));
  for (let i = 0; i < REFRESHES; i++) {
    await store.dispatch(thunks.requestNewAccessTokenThunk({ projectId })).unwrap();
    states.push(snapshot("refreshed", store));
  }
  await store.dispatch(thunks.signOutThunk({ projectId })).unwrap();
  states.push(snapshot("signed out", store));
  return states;
}

/** A page with one component that uses the client's hooks. The provider itself signs in and refreshes once. */
async function throughHooks(client) {
  const { createElement } = require("react");
  const { createRoot } = require("react-dom/client");
  const { ReplykeProvider, useAuth, useUser } = client("index.js");
  const { store } = client("store/index.js");
  const states = [];
  let seen = {};
  let rendered = () => {};
  function Page() {
    seen = { auth: useAuth(), user: useUser().user };
    setTimeout(() => rendered(), 0);
    return createElement("p", null, seen.user ? seen.user.foreignId : "nobody");
  }
  const until = (what, holds) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`waited in vain until ${what}`)), LIMIT_MS);
      rendered = () => {
        if (holds()) {
          clearTimeout(timer);
          resolve();
        }
      };
      rendered();
    });
  const root = createRoot(document.getElementById("root"));
  root.render(createElement(ReplykeProvider, { projectId, signedToken: userJwt }, createElement(Page)));
  await until("the page is signed in", () => seen.auth && !seen.auth.loadingInitial && seen.auth.accessToken);
  states.push(snapshot("signed in", store));
  for (let i = 0; i < REFRESHES; i++) {
    const fresh = await seen.auth.requestNewAccessToken();
    await until("the page has the new token", () => seen.auth.accessToken === fresh);
    states.push(snapshot("refreshed", store));
  }
  const shown = document.getElementById("root").textContent;
  await seen.auth.signOut();
  await until("the page is signed out", () => !seen.auth.accessToken && !seen.user);
  states.push(snapshot("signed out", store));
  root.unmount();
  return states.concat({ what: "shown", text: shown });
}

function pageAt(origin) {
  const { JSDOM } = require("jsdom");
  const { window } = new JSDOM('<div id="root"></div>', { url: origin + "/", pretendToBeVisual: true });
  for (const name of ["window", "document", "navigator", "location", "XMLHttpRequest", "HTMLElement", "Node"]) {
    Object.defineProperty(globalThis, name, { value: window[name], configurable: true, writable: true });
  }
  return window;
}

async function main(mode) {
  if (mode !== "store" && mode !== "hooks") {
    throw new Error("store or hooks?");
  }
  // first of all: libraries look for a DOM when they are loaded
  const window = mode === "hooks" ? pageAt(required("PAGE")) : null;
  const client = publishedClient(baseUrl);
  const axios = client("config/axios.js").default;
  const { calls, withheld } = watched(axios);
  let firstRefreshToken;
  axios.interceptors.response.use((response) => {
    firstRefreshToken = firstRefreshToken || (response.data && response.data.refreshToken);
    return response;
  });
  const states = await (mode === "store" ? throughStore(client) : throughHooks(client));
  const after = await axios.post(
    `/${projectId}/auth/request-new-access-token`,
    { refreshToken: firstRefreshToken },
    { validateStatus: () => true },
  );
  const result = {
    mode,
    node: process.version,
    calls: calls.slice(0, -1), // without the one just above, which is the check's and not the client's
    withheld,
    states,
    afterSignOut: { status: after.status, body: after.data },
  };
  process.stdout.write(JSON.stringify(result) + "\n");
  if (window) {
    window.close();
  }
}

main(process.argv[2]).then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
