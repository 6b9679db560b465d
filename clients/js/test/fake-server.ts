import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Seen {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: unknown;
}

export type Handler = (call: Seen, answer: ServerResponse) => void | Promise<void>;

/** Answers on loopback as a test says, and keeps what it was asked. */
export class FakeServer {
  readonly seen: Seen[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(handler: Handler): Promise<FakeServer> {
    const server = createServer();
    const fake = new FakeServer(server);
    server.on("request", (request, answer) => {
      let text = "";
      request.setEncoding("utf8");
      request.on("data", (part: string) => (text += part));
      request.on("end", () => {
        const { method = "", url: path = "", headers } = request;
        const call = { method, path, headers, body: text === "" ? undefined : JSON.parse(text) };
        fake.seen.push(call);
        void handler(call, answer);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return fake;
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get paths(): string[] {
    return this.seen.map(({ method, path }) => `${method} ${path}`);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

export function json(answer: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  answer.writeHead(status, { "content-type": "application/json", ...headers });
  answer.end(JSON.stringify(body));
}

export const ACME = {
  account_id: "0a1b",
  account_name: "Acme Inc.",
  alias: "acme",
  role: "owner",
  permissions: ["campaigns:read"],
};

export function tokens(n: number) {
  return {
    access_token: `access-${n}`,
    refresh_token: `refresh-${n}`,
    token_type: "Bearer",
    expires_in: 86400,
    refresh_expires_in: 604800,
  };
}

export const SESSION = {
  profile: {
    id: "u1",
    email: "jane@example.com",
    name: "Jane Doe",
    email_verified: true,
    active_membership: ACME,
    memberships: [ACME],
  },
  tokens: tokens(1),
};

export const ACCOUNT_TOKEN = {
  access_token: "account-1",
  token_type: "Bearer",
  expires_in: 86400,
  account_id: "0a1b",
  audience: "https://api.inbox-manager.com",
  role: "owner",
  permissions: ["campaigns:read"],
};
