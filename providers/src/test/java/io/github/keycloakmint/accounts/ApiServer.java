package io.github.keycloakmint.accounts;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.TestRealm;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.List;
import java.util.Set;

/**
 * A resource server as an app developer writes it: a stock JWT library, the realm's public keys, and nothing of Keycloak.
 * {@code GET /campaigns} wants the permission {@code campaigns:read}, {@code POST} {@code campaigns:write}; the answer is the
 * account that the token is for.
 */
final class ApiServer implements AutoCloseable {

    /** Where the realm publishes its keys, below the realm's address. */
    private static final String KEYS = "/protocol/openid-connect/certs";

    private final HttpServer server;
    private final DefaultJWTProcessor<SecurityContext> tokens = new DefaultJWTProcessor<>();

    ApiServer(TestRealm realm) throws IOException {
        tokens.setJWSKeySelector(new JWSVerificationKeySelector<>(
                JWSAlgorithm.RS256,
                JWKSourceBuilder.create(realm.url(KEYS).toURL()).retrying(true).build()));
        DefaultJWTClaimsVerifier<SecurityContext> claims = new DefaultJWTClaimsVerifier<>(
                Tenancy.API,
                new JWTClaimsSet.Builder().issuer(realm.url("").toString()).build(),
                Set.of("sub", "exp", "account_id", "permissions"));
        claims.setMaxClockSkew(0);
        tokens.setJWTClaimsSetVerifier(claims);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/campaigns", this::campaigns);
        server.start();
    }

    Answer read(String token) {
        return Http.get(campaigns()).bearer(token).send();
    }

    Answer write(String token) {
        return Http.post(campaigns()).bearer(token).send();
    }

    private URI campaigns() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/campaigns");
    }

    private void campaigns(HttpExchange call) throws IOException {
        String wanted = call.getRequestMethod().equals("GET") ? "campaigns:read" : "campaigns:write";
        int status;
        String body = "";
        try {
            String header = call.getRequestHeaders().getFirst("Authorization");
            JWTClaimsSet claims = tokens.process(header.substring("Bearer ".length()), null);
            List<String> permissions = claims.getStringListClaim("permissions");
            status = permissions.contains(wanted) ? 200 : 403;
            body = claims.getStringClaim("account_id");
        } catch (KeySourceException e) {
            status = 503;
        } catch (BadJOSEException | com.nimbusds.jose.JOSEException | ParseException e) {
            status = 401;
        }
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        call.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        call.getResponseBody().write(bytes);
        call.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
