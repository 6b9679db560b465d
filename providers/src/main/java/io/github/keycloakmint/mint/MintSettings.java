package io.github.keycloakmint.mint;

import io.github.keycloakmint.kernel.Options;
import io.github.keycloakmint.kernel.caller.Secret;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Server options of token-for-email, {@code --spi-mint-capability--token-for-email--<option>}.
 *
 * @param active false: every call is answered 401
 * @param secret the shared secret; absent closes the header door
 * @param previousSecret accepted as well, during a rotation
 * @param secretHeader the header that carries it
 * @param sharedSecretRealms realms in which it is accepted, {@code *} for all
 * @param allowAdmins whether callers whose policy says so may mint for administrators
 * @param ledger whether each minted token is recorded
 * @param retention how long a row stays after its token expired ({@code ledger-retention-days}, 90)
 * @param purgeInterval how often expired rows are deleted ({@code ledger-purge-seconds}, 3600)
 */
record MintSettings(
        boolean active,
        Optional<Secret> secret,
        Optional<Secret> previousSecret,
        String secretHeader,
        Set<String> sharedSecretRealms,
        boolean allowAdmins,
        boolean ledger,
        Duration retention,
        Duration purgeInterval) {

    private static final Logger LOG = Logger.getLogger(MintSettings.class);

    /** A header's name is a token (RFC 9110 section 5.6.2). */
    private static final Pattern HEADER = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+");

    static MintSettings of(Options options, Function<String, @Nullable String> environment) {
        String header = options.text("secret-header").orElse("X-Tribe-Service-Secret");
        if (!HEADER.matcher(header).matches() || header.equalsIgnoreCase("Authorization")) {
            throw options.bad("secret-header", "the name of a header other than Authorization");
        }
        return new MintSettings(
                options.flag("active", true),
                secret(options, "secret", environment.apply("TRIBE_SERVICE_MINT_SECRET")),
                secret(options, "previous-secret", environment.apply("TRIBE_SERVICE_MINT_SECRET_PREVIOUS")),
                header,
                options.set("shared-secret-realms"),
                options.flag("allow-admins", false),
                options.flag("ledger", true),
                Duration.ofDays(options.integer("ledger-retention-days", 90, 0, 36_500)),
                Duration.ofSeconds(options.integer("ledger-purge-seconds", 3_600, 1, 86_400)));
    }

    private static Optional<Secret> secret(Options options, String name, @Nullable String fromEnvironment) {
        Optional<String> given =
                options.text(name).or(() -> Optional.ofNullable(fromEnvironment).filter(value -> !value.isEmpty()));
        Optional<Secret> secret = Secret.of(given);
        if (given.isPresent() && secret.isEmpty()) {
            LOG.errorf(
                    "token-for-email: the %s is shorter than %d characters, an unresolved placeholder or an example, so it"
                            + " counts as unset",
                    name, Secret.SHORTEST);
        }
        return secret;
    }

    boolean acceptsSecretIn(String realm) {
        return sharedSecretRealms.contains("*") || sharedSecretRealms.contains(realm);
    }

    /** True for the current or the previous secret; both are compared every time. */
    boolean matches(String candidate) {
        boolean current = secret.map(value -> value.matches(candidate)).orElse(false);
        boolean previous = previousSecret.map(value -> value.matches(candidate)).orElse(false);
        // a previous secret without a current one is a door that was closed
        boolean either = Boolean.logicalOr(current, previous);
        return secret.isPresent() && either;
    }
}
