package io.github.keycloakmint.kernel.keycloak;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserModel;
import org.keycloak.representations.idm.AbstractUserRepresentation;
import org.keycloak.userprofile.AttributeChangeListener;
import org.keycloak.userprofile.Attributes;
import org.keycloak.userprofile.UserProfile;

/** A user's profile that tells when his email is changed through it, in the same transaction: both happen or neither. */
final class WatchedProfile implements UserProfile {

    private final KeycloakSession session;
    private final UserProfile profile;

    WatchedProfile(KeycloakSession session, UserProfile profile) {
        this.session = session;
        this.profile = profile;
    }

    @Override
    public void update(boolean removeAttributes, AttributeChangeListener... listeners) {
        profile.update(
                removeAttributes,
                Stream.concat(Arrays.stream(listeners), Stream.of(this::changed))
                        .toArray(AttributeChangeListener[]::new));
    }

    private void changed(String attribute, UserModel user, List<String> before) {
        // the first email of a user is none that somebody else could have had
        if (attribute.equals(UserModel.EMAIL) && !before.isEmpty()) {
            CredentialsChanged.announce(session, session.getContext().getRealm(), user);
        }
    }

    @Override
    public void validate() {
        profile.validate();
    }

    @Override
    public UserModel create() {
        return profile.create();
    }

    @Override
    public UserModel create(boolean validate) {
        return profile.create(validate);
    }

    @Override
    public Attributes getAttributes() {
        return profile.getAttributes();
    }

    @Override
    public <R extends AbstractUserRepresentation> R toRepresentation(boolean full) {
        return profile.toRepresentation(full);
    }
}
