package io.github.keycloakmint.external;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.keycloak.common.util.Time;
import org.keycloak.models.UserModel;

/**
 * A foreign user in an answer: all that the seed's document shows, and {@code foreignId}. Its members are what apps read,
 * null where there is nothing; {@code secureMetadata} is never among them.
 */
record ExternalUser(
        String id,
        String foreignId,
        @Nullable String email,
        @Nullable String username,
        @Nullable String name,
        @Nullable String avatar,
        @Nullable String bio,
        @Nullable JsonNode location,
        @Nullable String birthdate,
        JsonNode metadata,
        List<Suspensions.Shown> suspensions,
        long reputation,
        String createdAt,
        String updatedAt) {

    /** No query when the user is cached. */
    static ExternalUser of(UserModel user, String foreignId) {
        long created = Optional.ofNullable(user.getCreatedTimestamp()).orElse(0L);
        return new ExternalUser(
                user.getId(),
                foreignId,
                user.getEmail(),
                user.getFirstAttribute(ProfileAttributes.USERNAME),
                name(user),
                user.getFirstAttribute(ProfileAttributes.AVATAR),
                user.getFirstAttribute(ProfileAttributes.BIO),
                object(user, ProfileAttributes.LOCATION).orElse(null),
                user.getFirstAttribute(ProfileAttributes.BIRTHDATE),
                object(user, ProfileAttributes.METADATA).orElseGet(JsonNodeFactory.instance::objectNode),
                Suspensions.of(user).active(Instant.ofEpochMilli(Time.currentTimeMillis())),
                number(user, ProfileAttributes.REPUTATION).orElse(0L),
                Moments.text(created),
                Moments.text(number(user, ProfileAttributes.UPDATED_AT).orElse(created)));
    }

    /** As it was given, unless an admin has changed the parts since. */
    private static @Nullable String name(UserModel user) {
        Optional<String> first = ProfileField.FIRST_NAME.of(user);
        Optional<String> last = ProfileField.LAST_NAME.of(user);
        String joined = (first.orElse("") + " " + last.orElse("")).strip();
        String given = ProfileField.FULL_NAME.of(user).orElse("");
        String name = given.replace(" ", "").equals(joined.replace(" ", "")) ? given : joined;
        return name.isEmpty() ? null : name;
    }

    private static Optional<JsonNode> object(UserModel user, String attribute) {
        return Optional.ofNullable(user.getFirstAttribute(attribute))
                .flatMap(StoredJson::read)
                .filter(JsonNode::isObject);
    }

    /** Empty for what is no whole number: admins may edit it by hand. */
    private static Optional<Long> number(UserModel user, String attribute) {
        return Optional.ofNullable(user.getFirstAttribute(attribute))
                .filter(text -> text.matches("-?\\d{1,15}"))
                .map(Long::valueOf);
    }
}
