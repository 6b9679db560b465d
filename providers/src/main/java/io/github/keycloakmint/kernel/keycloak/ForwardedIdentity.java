package io.github.keycloakmint.kernel.keycloak;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.keycloak.crypto.Algorithm;
import org.keycloak.crypto.KeyUse;
import org.keycloak.crypto.SignatureProvider;
import org.keycloak.jose.jws.JWSBuilder;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.utils.KeycloakModelUtils;
import org.keycloak.services.Urls;

/**
 * Signs with a realm's key what the realm's own doors must refuse (T35): its issuer is none that Keycloak knows, and header
 * and claim name a type that nothing of Keycloak's has. It names no client as its holder ({@code azp}).
 */
public final class ForwardedIdentity {

    /** In the header as RFC 8725 section 3.11 has it, and in the claim that Keycloak looks at. */
    static final String TYPE = "mint-identity+jwt";

    private static final String ISSUER = "/api/auth";

    private ForwardedIdentity() {}

    /** @param claims {@code sub}, {@code iat} and {@code exp} among them */
    public static String sign(KeycloakSession session, RealmModel realm, String audience, Map<String, Object> claims) {
        Map<String, Object> all = new LinkedHashMap<>(claims);
        all.put("iss", Urls.realmIssuer(session.getContext().getUri().getBaseUri(), realm.getName()) + ISSUER);
        all.put("aud", audience);
        all.put("typ", TYPE);
        all.put("jti", KeycloakModelUtils.generateId());
        return new JWSBuilder()
                .type(TYPE)
                .jsonContent(all)
                .sign(session.getProvider(SignatureProvider.class, algorithm(session, realm))
                        .signer());
    }

    /** The smaller signature where the realm has a key for it; asking for one that it has not would make it one. */
    private static String algorithm(KeycloakSession session, RealmModel realm) {
        try (Stream<?> keys = session.keys()
                .getKeysStream(realm, KeyUse.SIG, Algorithm.ES256)
                .filter(key -> key.getStatus().isActive() && key.getPrivateKey() != null)) {
            return keys.findAny().isPresent() ? Algorithm.ES256 : Algorithm.RS256;
        }
    }
}
