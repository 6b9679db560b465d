package io.github.keycloakmint.access;

import org.keycloak.policy.HashAlgorithmPasswordPolicyProviderFactory;
import org.keycloak.policy.PasswordPolicyConfigException;

/** Keycloak's password policy {@code hashAlgorithm}, which takes every installed algorithm; not one that encodes nothing. */
public final class HashAlgorithmPolicy extends HashAlgorithmPasswordPolicyProviderFactory {

    @Override
    public int order() {
        return 100;
    }

    @Override
    public Object parseConfig(String value) {
        if (BcryptPasswordsFactory.ID.equals(value)) {
            throw new PasswordPolicyConfigException(BcryptPasswords.ONLY_VERIFIES);
        }
        return super.parseConfig(value);
    }
}
