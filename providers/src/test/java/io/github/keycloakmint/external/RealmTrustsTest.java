package io.github.keycloakmint.external;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.keycloakmint.kernel.keycloak.FreshSessions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.keycloak.models.IdentityProviderModel;
import org.keycloak.models.IdentityProviderQuery;
import org.keycloak.models.IdentityProviderStorageProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/** Which provider speaks for an issuer, and what asking costs. */
class RealmTrustsTest {

    private final List<IdentityProviderModel> stored = new ArrayList<>();
    private int queries;
    private String realmId = UUID.randomUUID().toString();

    private String projectId;

    private FreshSessions sessions;
    private RealmTrusts trusts;

    @BeforeEach
    void realm() {
        trusts = new RealmTrusts(session());
    }

    @Test
    void a_warm_issuer_costs_no_query() {
        add("one", "demo");
        assertThat(trusts.byIssuer("demo").orElseThrow().alias()).isEqualTo("one");
        queries = 0;
        assertThat(trusts.byIssuer("demo")).isPresent();
        assertThat(trusts.any()).isTrue();
        assertThat(trusts.any()).isTrue();
        assertThat(queries).isEqualTo(1); // the first any()
    }

    @Test
    void an_unknown_issuer_costs_one_query_and_a_new_provider_counts_at_once() {
        assertThat(trusts.any()).isFalse();
        assertThat(queries).isZero();
        add("one", "demo");
        assertThat(trusts.any()).isTrue();
        queries = 0;
        assertThat(trusts.byIssuer("unknown")).isEmpty();
        assertThat(trusts.any()).isTrue();
        assertThat(queries).isEqualTo(1);
        add("two", "unknown");
        assertThat(trusts.byIssuer("unknown")).isPresent();
    }

    @Test
    void what_can_not_be_an_issuer_costs_nothing() {
        for (String issuer : List.of("", " ", "a\u0000b", "x".repeat(256), "\ud800", "é")) {
            assertThat(trusts.byIssuer(issuer)).isEmpty();
        }
        assertThat(queries).isZero();
    }

    @Test
    void switching_off_editing_and_removing_count_at_once() {
        IdentityProviderModel provider = add("one", "demo");
        assertThat(trusts.byIssuer("demo")).isPresent();
        provider.setEnabled(false);
        assertThat(trusts.byIssuer("demo")).isEmpty();
        assertThat(trusts.any()).isFalse();
        provider.setEnabled(true);
        assertThat(trusts.byIssuer("demo")).isPresent();
        provider.getConfig().put("maxLifetime", "60");
        assertThat(trusts.byIssuer("demo").orElseThrow().longestLife()).isEqualTo(60);
        provider.getConfig().put("issuer", "other");
        assertThat(trusts.byIssuer("demo")).isEmpty();
        assertThat(trusts.byIssuer("other")).isPresent();
        stored.clear();
        assertThat(trusts.byIssuer("other")).isEmpty();
        assertThat(trusts.any()).isFalse();
    }

    @Test
    void an_issuer_is_compared_to_the_letter() {
        add("one", "https://Example.com");
        assertThat(trusts.byIssuer("https://example.com")).isEmpty();
        assertThat(trusts.byIssuer("https://Example.com/")).isEmpty();
        assertThat(trusts.byIssuer("https://Example.com")).isPresent();
    }

    @Test
    void two_providers_of_one_issuer_get_nothing() {
        add("one", "demo");
        IdentityProviderModel second = add("two", "demo");
        assertThat(trusts.byIssuer("demo")).isEmpty();
        second.setEnabled(false);
        assertThat(trusts.byIssuer("demo").orElseThrow().alias()).isEqualTo("one");
    }

    @Test
    void a_provider_of_another_type_is_none() {
        IdentityProviderModel other = add("one", "demo");
        other.setProviderId("jwt-authorization-grant");
        assertThat(trusts.byIssuer("demo")).isEmpty();
        assertThat(trusts.any()).isFalse();
    }

    @Test
    void googles_both_names_lead_to_its_provider() {
        add("google", "https://accounts.google.com");
        assertThat(trusts.byIssuer("accounts.google.com")).isPresent();
        assertThat(trusts.byIssuer("https://accounts.google.com")).isPresent();
        assertThat(trusts.byIssuer("http://accounts.google.com")).isEmpty();
    }

    @Test
    void what_can_not_be_read_lets_nobody_in() {
        add("one", "demo").getConfig().put("algorithm", "none");
        assertThat(trusts.byIssuer("demo")).isEmpty();
        assertThat(trusts.any()).isTrue();
    }

    @Test
    void by_alias_and_in_the_list_are_those_that_are_enabled_and_can_be_read() {
        add("one", "demo");
        add("off", "other").setEnabled(false);
        add("bad", "third").getConfig().put("algorithm", "none");
        add("stock", "fourth").setProviderId("oidc");
        assertThat(trusts.all()).extracting(Trust::alias).containsExactly("one");
        assertThat(trusts.byAlias("one")).isPresent();
        for (String alias : List.of("off", "bad", "stock", "unknown")) {
            assertThat(trusts.byAlias(alias)).as(alias).isEmpty();
        }
    }

    @Test
    void realms_do_not_see_each_other() {
        add("one", "demo");
        assertThat(trusts.byIssuer("demo")).isPresent();
        stored.clear();
        realmId = UUID.randomUUID().toString();
        assertThat(new RealmTrusts(session()).byIssuer("demo")).isEmpty();
    }

    @Test
    void one_content_is_read_once() {
        add("one", "demo");
        Trust first = trusts.byIssuer("demo").orElseThrow();
        assertThat(trusts.byIssuer("demo").orElseThrow().keys()).isSameAs(first.keys());
    }

    @Test
    void an_issuer_that_is_not_remembered_is_looked_up_outside_the_requests_transaction() {
        add("one", "demo");
        trusts = new RealmTrusts(sessions().request());
        assertThat(trusts.any()).isTrue();
        assertThat(trusts.byIssuer("demo")).isPresent();
        assertThat(trusts.byIssuer("unknown")).isEmpty();
        assertThat(trusts.all()).hasSize(1);
    }

    @Test
    void nothing_that_belongs_to_another_session_is_handed_on() {
        add("one", "demo");
        IdentityProviderModel found = trusts.byIssuer("demo").orElseThrow().provider();
        IdentityProviderModel listed = trusts.all().get(0).provider();
        assertThat(sessions.open()).isZero();
        assertThat(List.of(found, listed)).allSatisfy(provider -> {
            assertThat(provider).hasSameClassAs(new IdentityProviderModel());
            assertThat(provider.isEnabled()).isTrue();
        });
    }

    @Test
    void a_provider_without_a_project_has_the_realms_at_once() {
        add("one", "demo");
        assertThat(trusts.byIssuer("demo").orElseThrow().audiences()).containsExactly("test");
        projectId = "p-1";
        assertThat(trusts.byIssuer("demo").orElseThrow().audiences()).containsExactly("p-1");
        projectId = "demo";
        assertThat(trusts.byIssuer("demo").orElseThrow().audiences()).isEmpty();
    }

    private IdentityProviderModel add(String alias, String issuer) {
        IdentityProviderModel provider = new IdentityProviderModel();
        provider.setAlias(alias);
        provider.setInternalId(UUID.randomUUID().toString());
        provider.setProviderId("external-jwt");
        provider.setEnabled(true);
        provider.setConfig(new HashMap<>(Map.of(
                "issuer", issuer,
                "externalJwt", "true",
                "jwksUrl", "https://keys.example.com/jwks",
                "tokenClientId", "external-users")));
        stored.add(provider);
        return provider;
    }

    private Stream<IdentityProviderModel> select(IdentityProviderQuery query) {
        queries++;
        return stored.stream()
                .filter(provider -> query.getOptions().entrySet().stream()
                        .allMatch(option -> option.getKey().equals("enabled")
                                ? String.valueOf(provider.isEnabled()).equals(option.getValue())
                                // as a case-insensitive database does
                                : option.getValue()
                                        .equalsIgnoreCase(provider.getConfig().get(option.getKey()))))
                .map(this::ofSession);
    }

    /** Keycloak's models ask their session for their organization. */
    private IdentityProviderModel ofSession(IdentityProviderModel provider) {
        FreshSessions mine = sessions;
        boolean beside = mine.open() > 0;
        return new IdentityProviderModel(provider) {
            @Override
            public boolean isEnabled() {
                assertThat(!beside || mine.open() > 0)
                        .as("its session is still open")
                        .isTrue();
                return super.isEnabled();
            }
        };
    }

    private FreshSessions sessions() {
        String id = realmId;
        RealmModel realm =
                FreshSessions.proxy(RealmModel.class, (self, method, arguments) -> switch (method.getName()) {
                    case "getId" -> id;
                    case "getAttribute" -> projectId;
                    default -> "test";
                });
        sessions = new FreshSessions(realm, (self, method, arguments) -> providers());
        return sessions;
    }

    private KeycloakSession session() {
        return sessions().request((self, method, arguments) -> providers());
    }

    private IdentityProviderStorageProvider providers() {
        return FreshSessions.proxy(
                IdentityProviderStorageProvider.class, (self, method, arguments) -> switch (method.getName()) {
                    case "count" -> (long) stored.size();
                    case "getAllStream" -> select((IdentityProviderQuery) arguments[0]);
                    case "getByAlias" ->
                        stored.stream()
                                .filter(provider -> provider.getAlias().equals(arguments[0]))
                                .findFirst()
                                .map(this::ofSession)
                                .orElse(null);
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }
}
