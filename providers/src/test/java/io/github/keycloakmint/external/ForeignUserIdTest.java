package io.github.keycloakmint.external;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.keycloak.models.IdentityProviderModel;

class ForeignUserIdTest {

    private static IdentityProviderModel provider(String alias, String internalId) {
        IdentityProviderModel provider = new IdentityProviderModel();
        provider.setAlias(alias);
        provider.setInternalId(internalId);
        return provider;
    }

    @Test
    void is_a_name_based_uuid_that_stays_the_same() {
        String id = ForeignUserId.uuid("realm", "provider", "sub");
        assertThat(id).isEqualTo(ForeignUserId.uuid("realm", "provider", "sub"));
        assertThat(UUID.fromString(id).version()).isEqualTo(5);
        assertThat(UUID.fromString(id).variant()).isEqualTo(2);
    }

    @Test
    void tells_apart_what_would_run_together() {
        assertThat(ForeignUserId.uuid("a", "bc")).isNotEqualTo(ForeignUserId.uuid("ab", "c"));
        assertThat(ForeignUserId.uuid("a|b", "c")).isNotEqualTo(ForeignUserId.uuid("a", "b|c"));
        assertThat(ForeignUserId.uuid("a", "")).isNotEqualTo(ForeignUserId.uuid("a"));
        assertThat(ForeignUserId.uuid("Sub")).isNotEqualTo(ForeignUserId.uuid("sub"));
    }

    @Test
    void has_the_alias_and_a_hash_for_a_username() {
        assertThat(ForeignUserId.username(provider("External-Project", "i"), "../Jane@x'"))
                .matches("external-project\\.[0-9a-f]{32}");
    }

    @Test
    void fits_the_column_whatever_the_alias() {
        assertThat(ForeignUserId.username(provider("a".repeat(255), "i"), "s".repeat(255)))
                .hasSize(233);
    }

    @Test
    void is_another_person_under_a_provider_that_was_set_up_anew() {
        assertThat(ForeignUserId.username(provider("p", "one"), "s"))
                .isNotEqualTo(ForeignUserId.username(provider("p", "two"), "s"));
    }
}
