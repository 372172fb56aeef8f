// The plugin of Better Auth that issues the tokens which this backend verifies.
//
// Copy this file to where `betterAuth({ … })` is called, and add it there:
//
//   plugins: [tokens],
//
// A signed-in client gets its token from GET /api/auth/token.
import { jwt } from "better-auth/plugins";
import { SignJWT } from "jose";

// The plugin's own keys are asymmetric; a shared secret needs a signature of ours. Node and the
// backend read the same secret of at least 32 bytes.
const secret = new TextEncoder().encode(process.env.BETTER_AUTH_SECRET);
if (secret.length < 32) {
  throw new Error("BETTER_AUTH_SECRET must be set to a secret of at least 32 bytes.");
}

export const tokens = jwt({
  // Required beside `sign`, and used for nothing: no key is published.
  jwks: { remoteUrl: "https://unused.invalid/jwks", keyPairConfig: { alg: "ES256" } },
  jwt: {
    // By default both are the base URL of Better Auth: set JWT_ISSUER and JWT_AUDIENCE of the
    // backend to it, so that it refuses tokens that were made for somebody else.
    expirationTime: "15m",
    // Without this, the whole row of the user is in the token.
    // Some endpoints need a role; the plugin `admin` gives users one.
    definePayload: ({ user }) => ({ role: user.role }),
    sign: (payload) =>
      new SignJWT(payload).setProtectedHeader({ alg: "HS256", typ: "JWT" }).sign(secret),
  },
});
