/**
 * What every endpoint of the bundle shares on the wire: finding the endpoint, CORS, reading a body, cache headers, error
 * bodies, rollback. Nobody else touches JAX-RS, the root facade's doors aside.
 */
package io.github.keycloakmint.kernel.http;
