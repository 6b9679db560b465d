package io.github.keycloakmint.external;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.github.keycloakmint.external.Trust.SyncedField;
import io.github.keycloakmint.kernel.EmailAddress;
import io.github.keycloakmint.kernel.PersonName;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reads a profile from a token's claims: {@code userData} first, standard claims where it has no such member. Fields that
 * the realm doesn't take over are not even looked at, so nothing wrong in them keeps a user out.
 */
final class ProfileReader {

    private final ForeignToken token;
    private final JsonNode userData;
    private final Map<ProfileField, Optional<String>> changes = new EnumMap<>(ProfileField.class);

    ProfileReader(ForeignToken token) {
        this.token = token;
        this.userData = token.claims().path("userData");
    }

    ForeignProfile read() {
        take(SyncedField.EMAIL, ProfileField.EMAIL, "email", "email", ProfileRules::email);
        if (token.trust().fields().contains(SyncedField.NAME)) {
            readName();
        }
        take(SyncedField.USERNAME, ProfileField.USERNAME, "username", "preferred_username", ProfileRules::username);
        take(SyncedField.AVATAR, ProfileField.AVATAR, "avatar", "picture", ProfileRules::avatar);
        take(SyncedField.BIO, ProfileField.BIO, "bio", "", ProfileRules::bio);
        take(SyncedField.LOCATION, ProfileField.LOCATION, "location", "", ProfileRules::location);
        readBirthdate();
        take(
                SyncedField.METADATA,
                ProfileField.METADATA,
                "metadata",
                "",
                node -> ProfileRules.object(node, "metadata"));
        take(
                SyncedField.SECURE_METADATA,
                ProfileField.SECURE_METADATA,
                "secureMetadata",
                "",
                node -> ProfileRules.object(node, "secureMetadata"));
        return new ForeignProfile(changes, emailVerified());
    }

    /** @param standard claim of the token that serves where {@code userData} has no {@code member}; none: the empty text */
    private void take(
            SyncedField synced,
            ProfileField field,
            String member,
            String standard,
            Function<JsonNode, Optional<String>> check) {
        if (token.trust().fields().contains(synced)) {
            member(member, standard)
                    .ifPresent(node -> changes.put(field, node.isNull() ? Optional.empty() : check.apply(node)));
        }
    }

    private Optional<JsonNode> member(String member, String standard) {
        return Optional.ofNullable(userData.get(member))
                .or(() -> Optional.ofNullable(token.claims().get(standard)));
    }

    /**
     * Strictly {@code true}, and from the top level: what is in {@code userData} the user may have typed himself. It is the
     * word for the {@code email} beside it, so where that is another address than the user's, it says nothing of his.
     */
    private boolean emailVerified() {
        JsonNode beside = token.claims().path("email");
        Optional<String> email = changes.getOrDefault(ProfileField.EMAIL, Optional.empty());
        boolean speaksOfIt =
                !beside.isTextual() || EmailAddress.parse(beside.textValue()).equals(email);
        return token.claims().path("email_verified").equals(JsonNodeFactory.instance.booleanNode(true))
                && email.isPresent()
                && speaksOfIt;
    }

    private void readName() {
        Optional<JsonNode> whole = member("name", "name");
        if (whole.isPresent()) {
            PersonName name =
                    whole.get().isNull() ? PersonName.NONE : PersonName.split(ProfileRules.line(whole.get(), "name"));
            putName(name);
            return;
        }
        Optional<String> given = part("given_name");
        Optional<String> family = part("family_name");
        if (given.isPresent() || family.isPresent()) {
            String full = ProfileRules.line(
                    Stream.concat(given.stream(), family.stream()).collect(Collectors.joining(" ")), "name");
            putName(new PersonName(Optional.of(full), given, family));
        }
    }

    private Optional<String> part(String claim) {
        return Optional.ofNullable(token.claims().get(claim))
                .filter(node -> !node.isNull())
                .map(node -> ProfileRules.line(node, claim))
                .filter(text -> !text.isBlank());
    }

    private void putName(PersonName name) {
        changes.put(ProfileField.FULL_NAME, name.full());
        changes.put(ProfileField.FIRST_NAME, name.first());
        changes.put(ProfileField.LAST_NAME, name.last());
    }

    /**
     * OpenID Connect Core section 5.1 lets the standard claim be a year alone, or {@code 0000} for a year that is not told:
     * both are no date, and say nothing here.
     */
    private void readBirthdate() {
        JsonNode standard = userData.has("birthdate")
                ? MissingNode.getInstance()
                : token.claims().path("birthdate");
        if (standard.isTextual() && standard.textValue().matches("\\d{4}|0000-\\d\\d-\\d\\d")) {
            return;
        }
        take(SyncedField.BIRTHDATE, ProfileField.BIRTHDATE, "birthdate", "birthdate", ProfileRules::birthdate);
    }
}
