/**
 * The test bed: one real Keycloak with the packaged jar, behind one interface, and what tests need around it (a fresh
 * realm, HTTP, the audit log, metrics, the sweep for leaked secrets). The demo starts its server with the same code.
 */
package io.github.keycloakmint.testbed;
