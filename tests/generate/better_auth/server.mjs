// A Better Auth server in memory, with the plugin that was generated beside the backend.
import { betterAuth } from "better-auth";
import { memoryAdapter } from "better-auth/adapters/memory";
import { toNodeHandler } from "better-auth/node";
import { createServer } from "node:http";
import { tokens } from "./tokens.mjs";

const server = createServer((request, response) => toNodeHandler(auth)(request, response));
let auth;
server.listen(0, "127.0.0.1", () => {
  const origin = `http://127.0.0.1:${server.address().port}`;
  auth = betterAuth({
    baseURL: origin,
    secret: process.env.BETTER_AUTH_SECRET,
    database: memoryAdapter({ user: [], session: [], account: [], verification: [], jwks: [] }),
    emailAndPassword: { enabled: true },
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    plugins: [tokens],
  });
  console.log(origin);
});
