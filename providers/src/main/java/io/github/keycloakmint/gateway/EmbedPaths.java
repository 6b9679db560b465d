package io.github.keycloakmint.gateway;

import io.github.keycloakmint.kernel.Attributes;
import io.github.keycloakmint.kernel.Complaints;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.keycloak.models.RealmModel;

/** Where an app takes a token from the query: path prefixes, the realm's {@value #ATTRIBUTE}. None unless it is set. */
record EmbedPaths(List<RequestPath> prefixes) {

    private static final Logger LOG = Logger.getLogger(EmbedPaths.class);

    private static final String ATTRIBUTE = "mint.embed.paths";
    private static final EmbedPaths NONE = new EmbedPaths(List.of());

    EmbedPaths {
        prefixes = List.copyOf(prefixes);
    }

    /** A list with one member that is no path is no list: which paths its admin meant can't be told. */
    static EmbedPaths of(RealmModel realm) {
        Attributes attributes = new Attributes("realm '" + realm.getName() + "'", realm::getAttribute);
        try {
            return new EmbedPaths(attributes.set(ATTRIBUTE).stream()
                    .map(prefix -> RequestPath.of(prefix)
                            .filter(path -> !path.isRoot())
                            .orElseThrow(() -> new Attributes.BadAttribute(
                                    attributes.owner(), ATTRIBUTE, "a list of paths such as /embed/chat")))
                    .toList());
        } catch (Attributes.BadAttribute e) {
            Complaints.error(LOG, realm.getId(), e.getMessage());
            return NONE;
        }
    }

    /** The path, where it is one of these or below one. */
    Optional<RequestPath> among(Optional<RequestPath> path) {
        return path.filter(asked -> prefixes.stream().anyMatch(asked::startsWith));
    }
}
