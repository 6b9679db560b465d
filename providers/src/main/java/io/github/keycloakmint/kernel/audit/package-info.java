/**
 * The one record per call: Keycloak event, one JSON line on category {@code keycloakmint.audit}, a counter and a timer.
 */
package io.github.keycloakmint.kernel.audit;
