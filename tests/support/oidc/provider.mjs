// An OpenID Connect provider (oidc-provider) on this machine. Arguments: a file with its private keys, and a port.
// Its access tokens for the resource `urn:chat` are JWTs; clients get them with their own credentials.
import { readFileSync } from "node:fs";
import { Provider } from "oidc-provider";

const [keys, port] = process.argv.slice(2);
const jwks = JSON.parse(readFileSync(keys, "utf8"));
const alg = jwks.keys[0].kty === "EC" ? "ES256" : "RS256";
const client = (client_id) => ({
  client_id,
  client_secret: "secret-of-the-client",
  grant_types: ["client_credentials"],
  redirect_uris: [],
  response_types: [],
});

const provider = new Provider(`http://127.0.0.1:${port}`, {
  jwks,
  clients: [client("ann"), client("bob")],
  scopes: ["chat", "other"],
  extraTokenClaims: (_context, token) => ({ org: token.clientId === "ann" ? "acme" : "zeta", locale: "pt-BR" }),
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: (_context, resource) => ({
        scope: "chat other",
        audience: resource,
        accessTokenTTL: 60,
        accessTokenFormat: "jwt",
        jwt: { sign: { alg } },
      }),
    },
  },
});
provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
