package io.github.keycloakmint.gateway;

import io.github.keycloakmint.kernel.Options;

/**
 * Server options of the gateway.
 *
 * @param headerBytes of all identity headers of one answer together; proxies take 4 to 16 KB and fail beyond
 * @param jwtSeconds life of an identity JWT; at most 60 (T35)
 */
record GatewaySettings(boolean active, int headerBytes, int jwtSeconds) {

    static final int LONGEST_JWT = 60;

    private static final int EIGHT_KIB = 8 * 1024;
    private static final int SIXTY_FOUR_KIB = 64 * 1024;

    static GatewaySettings of(Options options) {
        return new GatewaySettings(
                options.flag("active", true),
                options.integer("max-header-bytes", EIGHT_KIB, 1024, SIXTY_FOUR_KIB),
                options.integer("jwt-lifetime", LONGEST_JWT, 20, LONGEST_JWT));
    }
}
