package io.github.keycloakmint.kernel.caller;

import org.keycloak.provider.ProviderFactory;

/** Makes a session's {@link ApiKeys}. */
public interface ApiKeysFactory extends ProviderFactory<ApiKeys> {}
