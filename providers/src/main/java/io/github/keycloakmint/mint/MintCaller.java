package io.github.keycloakmint.mint;

import org.keycloak.models.ClientModel;
import org.keycloak.models.UserModel;

/** An upstream service that may mint: its client, the service account that holds the right, and its policy. */
record MintCaller(ClientModel client, UserModel serviceAccount, MintPolicy policy) {}
