// Answers the page's requests with made-up data, so that it can be worked on without a server.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Connect, Plugin } from "vite";
import { answer, QueryError } from "./answer.ts";
import { examples, metadata } from "./data.ts";

const workspaceId = "11111111-2222-4333-8444-555555555555";

// What the server sends with the page.
const policy =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; img-src 'self' data:; " +
  "font-src 'self' data:; connect-src 'self'; frame-ancestors 'none'";

export function mockServer(): Plugin {
  return {
    name: "mock-server",
    configureServer: ({ middlewares }) => void middlewares.use(handler()),
    configurePreviewServer: ({ middlewares }) => {
      middlewares.use((_req, res, next) => {
        res.setHeader("Content-Security-Policy", policy);
        next();
      });
      middlewares.use(handler());
    },
  };
}

function handler(): Connect.NextHandleFunction {
  let signedIn = process.env["MOCK_SIGNED_OUT"] !== "1";
  return (req, res, next) => {
    const path = (req.url ?? "").split("?")[0]!;
    if (!/^\/(v1|ui)\//.test(path)) return next();
    void (async () => {
      const unsafe = req.method !== "GET";
      const body = unsafe ? await read(req) : "";
      if (unsafe && req.headers["x-yagura"] !== "1") return send(res, 403, { error: { code: "Forbidden", message: "X-Yagura is missing." } });
      if (path === "/ui/session") {
        if (req.method === "POST") {
          const { clientSecret } = JSON.parse(body) as { clientSecret: string };
          if (clientSecret !== "secret") return send(res, 401, { error: { code: "Unauthorized", message: "Wrong secret." } });
          signedIn = true;
          return send(res, 204);
        }
        if (req.method === "DELETE") {
          signedIn = false;
          return send(res, 204);
        }
        return send(res, 200, { signedIn, name: "admin", objectId: workspaceId, roles: [{ name: "Owner", scope: "/" }], directoryRoles: [], subscriptionId: workspaceId, workspace: "/", workspaceId, workspaceName: "shop", version: "0.1.0" });
      }
      if (!signedIn) return send(res, 401, { error: { code: "AuthenticationFailed", message: "Sign in first." } });
      if (path === "/ui/dashboards") return send(res, 200, []);
      if (path === "/ui/examples.json") return send(res, 200, examples);
      if (path === `/v1/workspaces/${workspaceId}/metadata`) return send(res, 200, metadata);
      if (path === `/v1/workspaces/${workspaceId}/query`) {
        const { query } = JSON.parse(body) as { query: string };
        const gone = new AbortController();
        res.on("close", () => gone.abort());
        try {
          return send(res, 200, await answer(query, gone.signal));
        } catch (error) {
          if (error instanceof QueryError) return send(res, 400, error.document);
          throw error;
        }
      }
      return send(res, 404, { error: { code: "PathNotFoundError", message: "There is nothing here." } });
    })().catch(next);
  };
}

async function read(req: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of req) text += chunk as string;
  return text;
}

function send(res: ServerResponse, status: number, body?: unknown) {
  res.statusCode = status;
  if (body === undefined) return void res.end();
  res.setHeader("Content-Type", "application/json");
  res.end(typeof body === "string" ? body : JSON.stringify(body));
}
