package io.github.keycloakmint.external;

import java.util.Optional;

/** The foreign issuers that a realm trusts. */
interface Trusts {

    /** Whether there is one at all that is enabled. */
    boolean any();

    /**
     * Who speaks for this issuer: enabled, and its configuration can be read. Two that claim one issuer get nothing.
     *
     * @param issuer as a token has it, unverified; anything at all
     */
    Optional<Trust> byIssuer(String issuer);
}
