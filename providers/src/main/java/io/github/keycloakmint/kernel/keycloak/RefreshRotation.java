package io.github.keycloakmint.kernel.keycloak;

import io.github.keycloakmint.kernel.Attributes;
import java.time.Duration;
import java.util.Optional;
import org.keycloak.models.ClientModel;

/**
 * How refresh tokens of one client rotate.
 *
 * @param leeway for how long the token just replaced still fetches its successor
 */
record RefreshRotation(Duration leeway) {

    static final String ROTATE = "mint.refresh.rotate";
    private static final String LEEWAY = "mint.refresh.leeway";
    private static final long LONGEST_LEEWAY = 60;

    /**
     * Empty where the client leaves rotation to Keycloak.
     *
     * @throws Attributes.BadAttribute where it can't be read; then nothing is refreshed
     */
    static Optional<RefreshRotation> of(ClientModel client) {
        Attributes attributes = new Attributes("client '" + client.getClientId() + "'", client::getAttribute);
        if (!attributes.flag(ROTATE)) {
            return Optional.empty();
        }
        long leeway = attributes.integer(LEEWAY, 0).orElse(0L);
        if (leeway > LONGEST_LEEWAY) {
            throw new Attributes.BadAttribute(
                    attributes.owner(), LEEWAY, "a whole number of at most " + LONGEST_LEEWAY);
        }
        return Optional.of(new RefreshRotation(Duration.ofSeconds(leeway)));
    }

    /** True where the client asks for rotation, or asks for something that can't be read. */
    static boolean asked(ClientModel client) {
        return new Attributes("", client::getAttribute)
                .text(ROTATE)
                .filter(value -> !value.equals("false"))
                .isPresent();
    }
}
