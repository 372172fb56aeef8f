// A real Better Auth server on loopback, accounts in memory; the plugin that issues tokens is the
// one that the generator wrote beside the backend, as it is.
import { createServer } from "node:http";
import { betterAuth } from "better-auth";
import { memoryAdapter } from "better-auth/adapters/memory";
import { toNodeHandler } from "better-auth/node";

const { tokens } = await import(process.env.TOKENS);
const origin = `http://127.0.0.1:${process.env.PORT}`;
const tables = { user: [], session: [], account: [], verification: [], jwks: [] };

const auth = betterAuth({
  baseURL: origin,
  secret: process.env.BETTER_AUTH_SECRET,
  database: memoryAdapter(tables),
  emailAndPassword: { enabled: true },
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  trustedOrigins: [origin],
  plugins: [tokens],
});

createServer(toNodeHandler(auth)).listen(Number(process.env.PORT), "127.0.0.1");
