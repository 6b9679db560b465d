package io.github.keycloakmint.external;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.UserModel;

/** A user's suspensions, kept as one attribute that is the admins' (T18). */
record Suspensions(List<Suspension> all) {

    /** Per user: an attribute is loaded with its user, at each request that isn't cached. */
    static final int MOST = 100;

    private static final Logger LOG = Logger.getLogger(Suspensions.class);

    /** A suspension as apps see it. */
    record Shown(String reason, String startDate, @Nullable String endDate) {
        static Shown of(Suspension suspension) {
            return new Shown(
                    suspension.reason(),
                    Moments.text(suspension.startDate()),
                    suspension.endDate().map(Moments::text).orElse(null));
        }
    }

    Suspensions {
        all = List.copyOf(all);
    }

    /**
     * Those of {@code user}; no query when he is cached. An attribute that an admin has broken by hand stands for one
     * suspension without an end: whoever was suspended must not be free by a typing error.
     */
    static Suspensions of(UserModel user) {
        return Optional.ofNullable(user.getFirstAttribute(ProfileAttributes.SUSPENSIONS))
                .map(text -> read(text).orElseGet(() -> unreadable(user)))
                .orElseGet(() -> new Suspensions(List.of()));
    }

    /** Empty where {@code text} is not what {@link #text()} writes. */
    static Optional<Suspensions> read(String text) {
        Optional<JsonNode> list = StoredJson.read(text).filter(JsonNode::isArray);
        if (list.isEmpty()) {
            return Optional.empty();
        }
        List<Suspension> read = new ArrayList<>();
        for (JsonNode entry : list.get()) {
            Optional<Suspension> suspension = suspension(entry);
            if (suspension.isEmpty()) {
                return Optional.empty();
            }
            read.add(suspension.get());
        }
        return Optional.of(new Suspensions(read));
    }

    private static Optional<Suspension> suspension(JsonNode entry) {
        JsonNode end = entry.path("endDate");
        Optional<Instant> start = moment(entry.path("startDate"));
        Optional<Instant> ended = moment(end);
        boolean endKnown = end.isNull() || end.isMissingNode() || ended.isPresent();
        boolean whole = entry.path("id").isTextual() && entry.path("reason").isTextual() && endKnown;
        return start.filter(known -> whole)
                .map(known -> new Suspension(
                        entry.path("id").textValue(), entry.path("reason").textValue(), known, ended));
    }

    private static Optional<Instant> moment(JsonNode node) {
        return Optional.ofNullable(node.textValue()).flatMap(Moments::parse);
    }

    private static Suspensions unreadable(UserModel user) {
        LOG.errorf(
                "Attribute %s of user %s is not readable; he counts as suspended",
                ProfileAttributes.SUSPENSIONS, user.getId());
        return new Suspensions(
                List.of(new Suspension("unreadable", "Suspensions are not readable", Instant.EPOCH, Optional.empty())));
    }

    /** Those that hold now, as apps see them. */
    List<Shown> active(Instant now) {
        return all.stream()
                .filter(suspension -> suspension.active(now))
                .map(Shown::of)
                .toList();
    }

    /** One more; where there are {@value #MOST}, those that are over make room. Empty where none is. */
    Optional<Suspensions> with(Suspension added, Instant now) {
        List<Suspension> kept = all.size() < MOST
                ? all
                : all.stream().filter(suspension -> !suspension.over(now)).toList();
        return kept.size() < MOST
                ? Optional.of(new Suspensions(
                        Stream.concat(kept.stream(), Stream.of(added)).toList()))
                : Optional.empty();
    }

    Optional<Suspension> find(String id) {
        return all.stream().filter(suspension -> suspension.id().equals(id)).findFirst();
    }

    Suspensions without(String id) {
        return new Suspensions(
                all.stream().filter(suspension -> !suspension.id().equals(id)).toList());
    }

    void write(UserModel user) {
        if (all.isEmpty()) {
            user.removeAttribute(ProfileAttributes.SUSPENSIONS);
        } else {
            user.setSingleAttribute(ProfileAttributes.SUSPENSIONS, text());
        }
        ProfileChange.touch(user);
    }

    String text() {
        return StoredJson.text(
                StoredJson.tree(all.stream().map(Suspensions::stored).toList()));
    }

    private static Map<String, String> stored(Suspension suspension) {
        Map<String, String> members = new LinkedHashMap<>();
        members.put("id", suspension.id());
        members.put("reason", suspension.reason());
        members.put("startDate", Moments.text(suspension.startDate()));
        suspension.endDate().ifPresent(end -> members.put("endDate", Moments.text(end)));
        return members;
    }
}
