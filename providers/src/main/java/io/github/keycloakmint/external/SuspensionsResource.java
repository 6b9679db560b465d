package io.github.keycloakmint.external;

import io.github.keycloakmint.kernel.http.ErrorCode;
import io.github.keycloakmint.kernel.http.Exchange;
import io.github.keycloakmint.kernel.http.Fault;
import io.github.keycloakmint.kernel.http.Members;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.http.Reply;
import io.github.keycloakmint.kernel.keycloak.FreshTransaction;
import io.github.keycloakmint.kernel.keycloak.UserRow;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.keycloak.common.util.Time;
import org.keycloak.events.admin.OperationType;
import org.keycloak.models.UserModel;

/** Suspensions' admin doors. What is written is committed when they answer. */
final class SuspensionsResource {

    private static final int LONGEST_ID = 255;
    private static final int LONGEST_REASON = 500;

    private record Page(List<Item> suspensions) {}

    private record Item(String id, String reason, String startDate, @Nullable String endDate) {
        static Item of(Suspension suspension) {
            return new Item(
                    suspension.id(),
                    suspension.reason(),
                    Moments.text(suspension.startDate()),
                    suspension.endDate().map(Moments::text).orElse(null));
        }
    }

    /** A fault that the plain shape has no word for. */
    private enum Conflict implements ErrorCode {
        /** All of them hold, or are to come. */
        TOO_MANY("A user can have " + Suspensions.MOST + " suspensions at the most"),
        /** An admin has to mend it first: a write would drop what it may say. */
        UNREADABLE("The user's suspensions attribute is not readable");

        private final String text;

        Conflict(String text) {
            this.text = text;
        }

        @Override
        public int status() {
            return 409;
        }

        @Override
        public String code() {
            return "conflict";
        }

        @Override
        public String text() {
            return text;
        }
    }

    /** {@code GET …/mint/users/{id}/suspensions}: all, those that are over included; needs {@code view-users}. */
    Reply list(Exchange call) {
        Optional<UserModel> user = find(call);
        user.ifPresentOrElse(call.admin()::requireView, call.admin()::requireViewUsers);
        Suspensions suspensions = Suspensions.of(user.orElseThrow(SuspensionsResource::unknown));
        return Reply.ok(new Page(suspensions.all().stream().map(Item::of).toList()));
    }

    /** {@code POST …/mint/users/{id}/suspensions}; needs {@code manage-users}. */
    Reply add(Exchange call) {
        UserModel user = managed(call);
        Instant now = now();
        Suspension added = suspension(call.json(), now);
        change(call, user.getId(), held -> readable(held)
                .with(added, now)
                .orElseThrow(() -> Refusal.of(Conflict.TOO_MANY, "too_many"))
                .write(held));
        leaveEvent(call, OperationType.CREATE, added);
        return new Reply(201, Item.of(added), Map.of());
    }

    /** {@code DELETE …/mint/users/{id}/suspensions/{suspensionId}}: it is over and gone; needs {@code manage-users}. */
    Reply end(Exchange call) {
        UserModel user = managed(call);
        Suspension ended = Suspensions.of(user)
                .find(call.path("suspensionId"))
                .orElseThrow(() -> Refusal.of(Fault.NOT_FOUND, "unknown_suspension"));
        change(call, user.getId(), held -> readable(held).without(ended.id()).write(held));
        leaveEvent(call, OperationType.DELETE, ended);
        return Reply.noContent();
    }

    /** Under the user's row, so that of two admins neither undoes what the other did. */
    private static void change(Exchange call, String userId, Consumer<UserModel> change) {
        FreshTransaction.insist(() -> FreshTransaction.run(call.session(), fresh -> {
            UserModel user = UserRow.lock(fresh, fresh.getContext().getRealm(), userId)
                    .orElseThrow(SuspensionsResource::unknown);
            change.accept(user);
            UserRow.flush(fresh);
            return userId;
        }));
    }

    private static Suspensions readable(UserModel user) {
        return Optional.ofNullable(user.getFirstAttribute(ProfileAttributes.SUSPENSIONS))
                .map(text -> Suspensions.read(text)
                        .orElseThrow(() -> Refusal.of(Conflict.UNREADABLE, "unreadable_suspensions")))
                .orElseGet(() -> new Suspensions(List.of()));
    }

    private static Suspension suspension(Members body, Instant now) {
        String reason = body.text("reason");
        if (reason.length() > LONGEST_REASON || reason.isBlank() || !Texts.line(reason)) {
            throw Refusal.badInput(
                    "`reason` must be 1 to " + LONGEST_REASON + " characters in one line", "malformed_reason");
        }
        Instant start = moment(body, "startDate").orElse(now);
        Optional<Instant> end = moment(body, "endDate");
        if (end.filter(date -> !date.isAfter(start)).isPresent()) {
            throw Refusal.badInput("`endDate` must be after `startDate`", "malformed_endDate");
        }
        return new Suspension(UUID.randomUUID().toString(), reason, start, end);
    }

    private static Optional<Instant> moment(Members body, String name) {
        return body.optionalText(name).map(text -> Moments.parse(text)
                .orElseThrow(() ->
                        Refusal.badInput("`" + name + "` must be an ISO 8601 date or date-time", "malformed_" + name)));
    }

    private static Instant now() {
        return Instant.ofEpochMilli(Time.currentTimeMillis());
    }

    /** Only an admin who may see all users learns that there is no such one. */
    private static UserModel managed(Exchange call) {
        Optional<UserModel> user = find(call);
        user.ifPresentOrElse(call.admin()::requireManage, call.admin()::requireManageUsers);
        return user.orElseThrow(SuspensionsResource::unknown);
    }

    private static Optional<UserModel> find(Exchange call) {
        return Optional.of(call.path("id"))
                .filter(id -> id.length() <= LONGEST_ID && Texts.line(id))
                .map(id -> call.session().users().getUserById(call.realm(), id));
    }

    private static Refusal unknown() {
        return Refusal.of(Fault.NOT_FOUND, "unknown_user");
    }

    private static void leaveEvent(Exchange call, OperationType operation, Suspension suspension) {
        Map<String, Object> left = new LinkedHashMap<>();
        left.put("user", call.path("id"));
        left.put("suspension", Item.of(suspension));
        call.record().put("targetUserId", call.path("id"));
        call.admin().leaveEvent(call.session(), operation, "SUSPENSION", left);
    }
}
