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
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * The files for Traefik and Envoy, for which no Debian package exists: that they are YAML and say what the gateway needs. nginx
 * and Caddy run in {@link ProxiesIT}.
 */
class ProxyFilesTest {

    private static final List<String> IDENTITY = List.of(
            "x-auth-user-id", "x-auth-email", "x-auth-account-id", "x-auth-role", "x-auth-permissions", "x-auth-jwt");

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
        assertThat(names(stripped)).containsAll(IDENTITY).contains("x-original-uri", "x-original-method");
        assertThat(lower(stripped)).containsOnly("");
        JsonNode asked = middlewares.path("mint-verify").path("forwardAuth");
        assertThat(asked.path("address").asText()).endsWith("/api/auth/verify");
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
        List<String> removed = mutations.findValuesAsText("remove");
        assertThat(removed).containsAll(IDENTITY).contains("x-forwarded-uri", "x-forwarded-method");
        assertThat(mutations.findValuesAsText("key")).containsExactly("x-original-uri", "x-original-method");
        Optional<JsonNode> authorization = manager.path("http_filters")
                .valueStream()
                .filter(filter -> filter.path("name").asText().equals("envoy.filters.http.ext_authz"))
                .findFirst();
        JsonNode config = authorization.orElseThrow().path("typed_config");
        assertThat(config.get("failure_mode_allow").asBoolean(true)).isFalse();
        assertThat(config.has("with_request_body")).isFalse();
        assertThat(config.at("/http_service/path_prefix").asText()).endsWith("/api/auth/verify");
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
