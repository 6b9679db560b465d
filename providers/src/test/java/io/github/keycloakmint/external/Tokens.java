package io.github.keycloakmint.external;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.keycloakmint.external.Trust.JtiPolicy;
import io.github.keycloakmint.external.Trust.LinkPolicy;
import io.github.keycloakmint.external.Trust.Preset;
import io.github.keycloakmint.external.Trust.SyncedField;
import java.util.Optional;
import java.util.Set;
import org.keycloak.models.IdentityProviderModel;

/** Believed tokens for unit tests. */
final class Tokens {

    private static final ObjectMapper JSON = new ObjectMapper();

    private Tokens() {}

    /** @param claims the payload, single quotes for double ones */
    static ForeignToken of(String claims) {
        return of(claims, Set.of(SyncedField.values()));
    }

    static ForeignToken of(String claims, Set<SyncedField> fields) {
        return new ForeignToken(trust(fields), "42", object(claims), Optional.empty(), 0);
    }

    /** Of the same foreign user, whose provider has this preset, and the admin's trust or not. */
    static ForeignToken of(String claims, Preset preset, boolean trustEmail) {
        Trust trust = trust(Set.of(SyncedField.values()), preset);
        trust.provider().setTrustEmail(trustEmail);
        return new ForeignToken(trust, "42", object(claims), Optional.empty(), 0);
    }

    static ObjectNode object(String json) {
        try {
            return (ObjectNode) JSON.readTree(json.replace('\'', '"'));
        } catch (java.io.IOException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static Trust trust(Set<SyncedField> fields) {
        return trust(fields, Preset.GENERIC);
    }

    private static Trust trust(Set<SyncedField> fields, Preset preset) {
        IdentityProviderModel provider = new IdentityProviderModel();
        provider.setAlias("external-project");
        provider.setInternalId("internal-1");
        provider.setEnabled(true);
        return new Trust(
                provider,
                "demo",
                "demo",
                new Trust.Keys(Optional.empty(), Optional.empty(), Optional.empty()),
                "RS256",
                Set.of(),
                3600,
                30,
                JtiPolicy.WHERE_PRESENT,
                LinkPolicy.LINK_VERIFIED,
                fields,
                "external-users",
                "replyke-refresh-jwt",
                preset,
                Set.of());
    }
}
