package io.github.keycloakmint.kernel.session;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.github.keycloakmint.kernel.PersonName;
import io.github.keycloakmint.kernel.keycloak.Memberships;
import io.github.keycloakmint.kernel.keycloak.SessionTokens;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.UserModel;

/** A session as it is answered: {@code {profile, tokens}}. */
public record Session(Profile profile, Tokens tokens) {

    /** @param name null where the user has none */
    public record Profile(
            String id,
            @Nullable String email,
            @Nullable String name,
            @JsonProperty("email_verified") boolean emailVerified,
            @JsonProperty("active_membership") @Nullable Membership activeMembership,
            List<Membership> memberships) {}

    /** @param role null where the member is in no group of the account */
    public record Membership(
            @JsonProperty("account_id") String accountId,
            @JsonProperty("account_name") String accountName,
            String alias,
            @Nullable String role,
            List<String> permissions) {

        static Membership of(Memberships.Membership membership) {
            return new Membership(
                    membership.accountId(),
                    membership.name(),
                    membership.alias(),
                    membership.role().orElse(null),
                    membership.permissions());
        }
    }

    /** Lives in seconds. */
    public record Tokens(
            @JsonProperty("access_token") String accessToken,
            @JsonProperty("refresh_token") String refreshToken,
            @JsonProperty("token_type") String tokenType,
            @JsonProperty("expires_in") long expiresIn,
            @JsonProperty("refresh_expires_in") long refreshExpiresIn) {

        public static Tokens of(SessionTokens.Issued issued) {
            return new Tokens(
                    issued.accessToken(),
                    issued.refreshToken(),
                    issued.tokenType(),
                    issued.expiresIn(),
                    issued.refreshExpiresIn());
        }

        @Override
        public String toString() {
            return "Tokens"; // tokens get into no log by accident
        }
    }

    /** @param memberships of the user, the active one first */
    public static Session of(UserModel user, List<Memberships.Membership> memberships, SessionTokens.Issued issued) {
        List<Membership> shown = memberships.stream().map(Membership::of).toList();
        Profile profile = new Profile(
                user.getId(),
                user.getEmail(),
                PersonName.of(user).orElse(null),
                user.isEmailVerified(),
                shown.isEmpty() ? null : shown.get(0),
                shown);
        return new Session(profile, Tokens.of(issued));
    }
}
