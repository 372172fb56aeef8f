// A real Better Auth server on loopback: accounts in memory, tokens of the jwt plugin as it comes.
import { createServer } from "node:http";
import { betterAuth } from "better-auth";
import { memoryAdapter } from "better-auth/adapters/memory";
import { toNodeHandler } from "better-auth/node";
import { jwt } from "better-auth/plugins";

const port = Number(process.env.PORT);
const origin = `http://127.0.0.1:${port}`;
const tables = { user: [], session: [], account: [], verification: [], jwks: [] };

const auth = betterAuth({
  baseURL: origin,
  secret: process.env.BETTER_AUTH_SECRET,
  database: memoryAdapter(tables),
  emailAndPassword: { enabled: true },
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  trustedOrigins: [origin],
  plugins: [jwt(process.env.ALGORITHM ? { jwks: { keyPairConfig: { alg: process.env.ALGORITHM } } } : {})],
});

const server = createServer(toNodeHandler(auth));
server.listen(port, "127.0.0.1");
process.on("SIGTERM", () => server.close(() => process.exit(0)));
