/**
 * API keys with permissions, owned by a user or an account. Contract section 9.
 *
 * <h2>Where they are kept, and why there</h2>
 *
 * Two tables of our own, {@code MINT_API_KEY} and {@code MINT_API_KEY_USE}, and not Keycloak's credentials, which are what a
 * provider of credentials would have used. Both were measured with the columns of either in H2 2.4, on disk, with 200,000 keys of
 * 2,000 users, a hundred each, on two busy cores; microseconds a call:
 *
 * <table>
 *   <caption>Credentials and own tables</caption>
 *   <tr><th></th><th>credentials</th><th>own tables</th></tr>
 *   <tr><td>look-up, warm</td><td>0 SQL</td><td>0 SQL</td></tr>
 *   <tr><td>look-up, cold: the key</td><td>967 (all hundred of the user, which is what Keycloak keeps of him)</td><td>44</td></tr>
 *   <tr><td>creation, the row alone</td><td>90</td><td>64</td></tr>
 *   <tr><td>list of a hundred keys of one owner</td><td>967</td><td>343</td></tr>
 *   <tr><td>list of a hundred of 2,000 keys of one account</td><td>116,366 (no column: every row is read)</td><td>7,376</td></tr>
 * </table>
 *
 * What no figure shows: a credential that is written throws its user out of the caches of all nodes, so that keys in use make
 * everything else about their owner cold; a user with a hundred keys is loaded with all of them at each sign-in; admins see keys among
 * passwords and may delete them there without a record; a key of an account needs a user for every account from the start, and a
 * list of an account's keys needs an index that the table does not have. In return credentials go with their user and realm by
 * themselves, and other nodes hear of changes at once. The first is {@code KeyRemoval}, held by tests; for the second a node
 * keeps a row for three seconds at the most.
 *
 * <p>Counts are rows of their own, a key and day each, so that to count never waits for a key's row, nor to change a key for
 * the counting.
 */
package io.github.keycloakmint.apikeys;
