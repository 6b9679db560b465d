package io.github.keycloakmint.external;

import java.util.Arrays;
import java.util.Optional;
import org.keycloak.models.UserModel;

/** A field of a user that a token may set, and the attribute that Keycloak has for it. */
enum ProfileField {
    EMAIL(UserModel.EMAIL),
    FIRST_NAME(UserModel.FIRST_NAME),
    LAST_NAME(UserModel.LAST_NAME),
    FULL_NAME(ProfileAttributes.FULL_NAME),
    USERNAME(ProfileAttributes.USERNAME),
    AVATAR(ProfileAttributes.AVATAR),
    BIO(ProfileAttributes.BIO),
    LOCATION(ProfileAttributes.LOCATION),
    BIRTHDATE(ProfileAttributes.BIRTHDATE),
    METADATA(ProfileAttributes.METADATA),
    SECURE_METADATA(ProfileAttributes.SECURE_METADATA);

    private final String attribute;

    ProfileField(String attribute) {
        this.attribute = attribute;
    }

    String attribute() {
        return attribute;
    }

    static Optional<ProfileField> ofAttribute(String attribute) {
        return Arrays.stream(values())
                .filter(field -> field.attribute.equals(attribute))
                .findFirst();
    }

    /** What {@code user} has here. No query when he is cached. */
    Optional<String> of(UserModel user) {
        return Optional.ofNullable(
                switch (this) {
                    case EMAIL -> user.getEmail();
                    case FIRST_NAME -> user.getFirstName();
                    case LAST_NAME -> user.getLastName();
                    default -> user.getFirstAttribute(attribute);
                });
    }

    /** True where the two are the same to a reader: members of JSON objects have no order. */
    boolean same(Optional<String> one, Optional<String> other) {
        if (one.equals(other)) {
            return true;
        }
        return switch (this) {
            case LOCATION, METADATA, SECURE_METADATA ->
                one.isPresent() && other.isPresent() && StoredJson.same(one.get(), other.get());
            default -> false;
        };
    }

    /** Writes {@code value}, or deletes; never an email, which has rules of its own ({@link ProfileChange}). */
    void write(UserModel user, Optional<String> value) {
        switch (this) {
            case EMAIL -> throw new IllegalStateException("emails are written with their verification");
            case FIRST_NAME -> user.setFirstName(value.orElse(null));
            case LAST_NAME -> user.setLastName(value.orElse(null));
            case USERNAME -> {
                attribute(user, attribute, value);
                attribute(user, ProfileAttributes.USERNAME_KEY, value.map(Texts::key));
            }
            default -> attribute(user, attribute, value);
        }
    }

    private static void attribute(UserModel user, String name, Optional<String> value) {
        value.ifPresentOrElse(text -> user.setSingleAttribute(name, text), () -> user.removeAttribute(name));
    }
}
