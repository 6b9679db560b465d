/**
 * Token for email: a trusted upstream service asks for a token of a user it knows by email. Contract section 3; threat
 * rules T3, T6, T8 to T19. Callers, policy, the decision, the token, the ledger of what was minted and its admin doors.
 */
package io.github.keycloakmint.mint;
