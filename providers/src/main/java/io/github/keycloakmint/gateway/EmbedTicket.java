package io.github.keycloakmint.gateway;

import io.github.keycloakmint.kernel.UrlBase64;
import io.github.keycloakmint.kernel.http.Exchange;
import io.github.keycloakmint.kernel.keycloak.DerivedKeys;
import io.github.keycloakmint.kernel.keycloak.PasswordMark;
import io.github.keycloakmint.kernel.keycloak.SealedText;
import io.github.keycloakmint.kernel.keycloak.SingleUse;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.keycloak.common.util.Time;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * Tickets that hold what they were made with, encrypted for this realm under a key of their own (T2): whoever reads one in a log
 * or an address bar learns nothing from it, and when it is shown the token in it passes every check that it would pass in a
 * header. So a ticket ends with its token, its session, its user and his client, and permissions are those of now. What the
 * token would outlive, a change of password or email by the same session, is compared here (T27).
 */
final class EmbedTicket {

    /** Seconds. */
    static final int LIFETIME = 60;

    /** Seconds for which a used one is remembered after its end: nodes' clocks differ. */
    private static final long CLOCKS = 300;

    /** The whole ticket stands in an address, which proxies cut off at 8 KiB. */
    private static final int LONGEST = 6_144;

    private static final int ID = 16;
    private static final int PARTS = 6;
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9_-]{40," + LONGEST + "}");
    private static final SecureRandom RANDOM = new SecureRandom();

    private EmbedTicket() {}

    /**
     * What is encrypted.
     *
     * @param expires seconds since the epoch
     * @param userId of the token's user
     */
    private record Content(String id, long expires, String path, String token, String userId, String mark) {

        /** None but the last part can hold a line break. */
        String text() {
            return String.join("\n", id, String.valueOf(expires), path, token, userId, mark);
        }

        static Content of(String text) {
            String[] parts = text.split("\n", PARTS);
            return new Content(parts[0], Long.parseLong(parts[1]), parts[2], parts[3], parts[4], parts[5]);
        }
    }

    /** Empty for a token that is too large to stand in an address. */
    static Optional<String> issue(KeycloakSession session, RealmModel realm, UserToken parent, RequestPath path) {
        byte[] id = new byte[ID];
        RANDOM.nextBytes(id);
        Content content = new Content(
                UrlBase64.encode(id),
                Time.currentTime() + seconds(parent),
                path.toString(),
                parent.text(),
                parent.bearer().user().getId(),
                mark(parent.bearer().user()));
        byte[] key = DerivedKeys.active(session, realm, DerivedKeys.Kind.EMBED_TICKET);
        return Optional.of(SealedText.seal(key, realm.getId(), content.text()))
                .filter(ticket -> ticket.length() <= LONGEST);
    }

    /** How long a ticket of {@code parent} lives. */
    static long seconds(UserToken parent) {
        return Math.min(LIFETIME, parent.remaining());
    }

    /** True for what has the form of a ticket and of no token; nothing is used up. */
    static boolean isTicket(String sent) {
        return FORM.matcher(sent).matches();
    }

    /** The token that the ticket was made with, which is judged by whoever asks. Used up by the path it was made for alone. */
    static Optional<String> redeem(Exchange call, String ticket, RequestPath path) {
        KeycloakSession session = call.session();
        RealmModel realm = call.realm();
        return Optional.of(ticket)
                .filter(EmbedTicket::isTicket)
                .flatMap(sent -> SealedText.open(keys(session, realm), realm.getId(), sent))
                .map(Content::of)
                .filter(content -> content.expires() > Time.currentTime())
                .filter(content -> content.path().equals(path.toString()))
                .filter(content -> unchanged(session, realm, content))
                .filter(content -> SingleUse.of(session).claim(key(realm, content), LIFETIME + CLOCKS))
                .map(Content::token);
    }

    private static List<byte[]> keys(KeycloakSession session, RealmModel realm) {
        return DerivedKeys.accepted(session, realm, DerivedKeys.Kind.EMBED_TICKET);
    }

    private static String key(RealmModel realm, Content content) {
        return realm.getId() + "|mint-ticket|" + content.id();
    }

    private static boolean unchanged(KeycloakSession session, RealmModel realm, Content content) {
        // not by the token's sub, which a mapper may have made another's (pairwise subjects)
        return Optional.ofNullable(session.users().getUserById(realm, content.userId()))
                .filter(user -> mark(user).equals(content.mark()))
                .isPresent();
    }

    private static String mark(UserModel user) {
        return PasswordMark.of(user) + '\n' + user.getEmail();
    }
}
