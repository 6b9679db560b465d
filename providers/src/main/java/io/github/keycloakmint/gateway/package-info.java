/**
 * Token acceptance for proxies and apps: verify, me, cookie, embed ticket. Contract section 8. Not built yet.
 */
package io.github.keycloakmint.gateway;
