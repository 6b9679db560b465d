package io.github.keycloakmint.kernel.limits;

import org.keycloak.provider.ProviderFactory;

/** Makes a session's {@link Limiter}. */
public interface LimiterFactory extends ProviderFactory<Limiter> {}
