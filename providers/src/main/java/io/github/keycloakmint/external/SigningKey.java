package io.github.keycloakmint.external;

import java.security.PublicKey;
import java.util.Optional;
import org.keycloak.crypto.KeyType;
import org.keycloak.crypto.KeyUse;
import org.keycloak.crypto.KeyWrapper;

/**
 * A public key for one algorithm.
 *
 * @param kid that tokens must name, or leave out; without one the key takes any
 */
record SigningKey(Optional<String> kid, SigningAlgorithm algorithm, PublicKey key) {

    SigningKey named(String name) {
        return new SigningKey(Optional.of(name), algorithm, key);
    }

    /** For Keycloak's verifiers, which take algorithm and curve from here and so never from a token. */
    KeyWrapper wrapper() {
        KeyWrapper wrapper = new KeyWrapper();
        kid.ifPresent(wrapper::setKid);
        wrapper.setAlgorithm(algorithm.name());
        wrapper.setType(algorithm.keyType());
        wrapper.setUse(KeyUse.SIG);
        wrapper.setPublicKey(key);
        if (algorithm.keyType().equals(KeyType.OKP)) {
            wrapper.setCurve("Ed25519");
        }
        return wrapper;
    }
}
