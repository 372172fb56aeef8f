// The plugin of Better Auth that issues the tokens which this backend verifies.
//
// Copy this file to where `betterAuth({ … })` is called, and add it there:
//
//   plugins: [tokens],
//
// A signed-in client gets its token from GET /api/auth/token.
import { jwt } from "better-auth/plugins";

// The backend takes EdDSA and RS256. It finds the public keys by its setting JWKS_URL, for
// instance http://localhost:3000/api/auth/jwks.
export const tokens = jwt({
  jwks: {
    keyPairConfig: { alg: "EdDSA", crv: "Ed25519" },
    // A new key each month; tokens of the old one are taken for another day.
    rotationInterval: 30 * 24 * 60 * 60,
    gracePeriod: 24 * 60 * 60,
  },
  jwt: {
    // By default both are the base URL of Better Auth: set JWT_ISSUER and JWT_AUDIENCE of the
    // backend to it, so that it refuses tokens that were made for somebody else.
    expirationTime: "15m",
    // Without this, the whole row of the user is in the token.
    definePayload: () => ({}),
  },
});
