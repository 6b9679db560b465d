package io.github.keycloakmint.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * The files for Traefik and Envoy, for which no Debian package exists: that they are YAML and say what the gateway needs. Neither
 * program reads them here. nginx
 * and Caddy run in {@link ProxiesIT}.
 */
class ProxyFilesTest {

    private static final List<String> IDENTITY = List.of(
            "x-auth-user-id", "x-auth-email", "x-auth-account-id", "x-auth-role", "x-auth-permissions", "x-auth-jwt");

    /** Each in the spellings that WSGI, CGI, PHP and Rack read as the same. */
    private static List<String> spellings() {
        List<String> all = new ArrayList<>(IDENTITY);
        for (int i = 0; i < all.size(); i++) {
            String name = all.get(i);
            IntStream.range(0, name.length())
                    .filter(at -> name.charAt(at) == '-')
                    .mapToObj(at -> name.substring(0, at) + '_' + name.substring(at + 1))
                    .filter(spelled -> !all.contains(spelled))
                    .forEach(all::add);
        }
        return all;
    }

    private static JsonNode read(String file) throws IOException {
        Path path = Path.of(System.getProperty("repository.root", ".."), "docker/proxies", file);
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        return new ObjectMapper().valueToTree(new Yaml(new SafeConstructor(options)).load(Files.readString(path)));
    }

    private static List<String> lower(JsonNode texts) {
        return texts.valueStream()
                .map(text -> text.asText().toLowerCase(java.util.Locale.ROOT))
                .toList();
    }

    private static List<String> names(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(name -> names.add(name.toLowerCase(java.util.Locale.ROOT)));
        return names;
    }

    @Test
    void traefik_takes_forged_headers_away_asks_and_takes_over_what_is_answered() throws IOException {
        JsonNode http = read("traefik.yml").path("http");
        JsonNode middlewares = http.path("middlewares");
        assertThat(lower(http.path("routers").path("app").path("middlewares")))
                .containsExactly("mint-strip", "mint-verify", "mint-no-credentials");
        JsonNode stripped = middlewares.path("mint-strip").path("headers").path("customRequestHeaders");
        assertThat(spellings()).hasSize(32);
        assertThat(names(stripped))
                .containsAll(spellings())
                .contains("x-auth-user", "x-auth-groups", "x-auth-request-user")
                .contains("x-original-uri", "x-original-method");
        assertThat(lower(stripped)).containsOnly("");
        JsonNode asked = middlewares.path("mint-verify").path("forwardAuth");
        assertThat(asked.path("address").asText()).contains("/realms/demo/api/auth/verify?audience=");
        assertThat(asked.get("trustForwardHeader").asBoolean(true)).isFalse();
        assertThat(lower(asked.path("authResponseHeaders"))).containsExactlyElementsOf(IDENTITY);
        assertThat(lower(asked.path("authRequestHeaders")))
                .contains("authorization", "x-api-key", "token", "cookie", "origin");
        assertThat(lower(middlewares.path("mint-no-credentials").path("headers").path("customRequestHeaders")))
                .containsOnly("");
    }

    @Test
    void envoy_takes_forged_headers_away_asks_and_fails_closed() throws IOException {
        JsonNode manager =
                read("envoy.yaml").at("/static_resources/listeners/0/filter_chains/0/filters/0/typed_config");
        assertThat(manager.path("use_remote_address").asBoolean()).isTrue();
        JsonNode mutations = manager.at("/early_header_mutation_extensions/0/typed_config/mutations");
        assertThat(mutations.at("/0/remove_on_match/key_matcher/prefix").asText())
                .isEqualTo("x-auth");
        assertThat(manager.at("/common_http_protocol_options/headers_with_underscores_action")
                        .asText())
                .isEqualTo("DROP_HEADER");
        assertThat(mutations.findValuesAsText("remove")).contains("x-forwarded-uri", "x-forwarded-method");
        // Envoy's HeaderParser refuses the whole file for one that is host or begins with a colon
        assertThat(manager.findValuesAsText("key")).containsExactly("x-original-uri", "x-original-method");
        Optional<JsonNode> authorization = manager.path("http_filters")
                .valueStream()
                .filter(filter -> filter.path("name").asText().equals("envoy.filters.http.ext_authz"))
                .findFirst();
        JsonNode config = authorization.orElseThrow().path("typed_config");
        assertThat(config.get("failure_mode_allow").asBoolean(true)).isFalse();
        assertThat(config.has("with_request_body")).isFalse();
        assertThat(config.at("/http_service").has("path_prefix")).isFalse();
        assertThat(config.at("/http_service/path_override").asText())
                .startsWith("/realms/demo/api/auth/verify?audience=");
        assertThat(config.at("/http_service/authorization_response/allowed_upstream_headers/patterns/0/prefix")
                        .asText())
                .isEqualTo("x-auth-");
        assertThat(config.path("allowed_headers").findValuesAsText("exact"))
                .contains(
                        "authorization",
                        "x-api-key",
                        "token",
                        "cookie",
                        "origin",
                        "x-forwarded-for",
                        "x-original-uri",
                        "x-original-method");
    }
}
