package io.github.keycloakmint.gateway;

import io.github.keycloakmint.kernel.Attributes;
import io.github.keycloakmint.kernel.Complaints;
import io.github.keycloakmint.kernel.UrlBase64;
import io.github.keycloakmint.kernel.http.Cookie;
import io.github.keycloakmint.kernel.http.Exchange;
import io.github.keycloakmint.kernel.keycloak.DerivedKeys;
import io.github.keycloakmint.kernel.keycloak.Issuers;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/**
 * The cookie that keeps a user's token for an app's own server: {@code s:token.signature}, which Express's cookie-parser reads
 * with the key of that client. The signature says that this realm set it for this client; what the token is worth is judged
 * like any other's.
 */
final class SignedCookie {

    private static final Logger LOG = Logger.getLogger(SignedCookie.class);

    /** Bytes of name and value that browsers keep (RFC 6265 section 6.1). */
    static final int LARGEST = 4096;

    private static final String NAME = "mint.cookie.name";
    private static final String USUAL_NAME = "token";
    /** A browser sends one a path, and this one has one path: more come from other hosts of the site. */
    private static final int MOST = 4;

    private static final String SAME_SITE = "Lax";

    private SignedCookie() {}

    /** Its name in {@code realm}; empty where the realm's attribute is the name of no cookie, and then there is none. */
    static Optional<String> name(RealmModel realm) {
        Attributes attributes = new Attributes("realm '" + realm.getName() + "'", realm::getAttribute);
        String name = attributes.text(NAME).orElse(USUAL_NAME);
        if (Cookie.isName(name)) {
            return Optional.of(name);
        }
        Complaints.error(
                LOG,
                realm.getId(),
                new Attributes.BadAttribute(attributes.owner(), NAME, "the name of a cookie").getMessage());
        return Optional.empty();
    }

    /** The keys of {@code client} as an app configures them: the first signs, the others were used before it. */
    static List<String> keys(KeycloakSession session, ClientModel client) {
        RealmModel realm = client.getRealm();
        byte[] active = DerivedKeys.active(session, realm, DerivedKeys.Kind.COOKIE, client.getId());
        return Stream.concat(
                        Stream.of(active),
                        DerivedKeys.accepted(session, realm, DerivedKeys.Kind.COOKIE, client.getId()).stream())
                .map(UrlBase64::encode)
                .distinct()
                .toList();
    }

    /** @param name as {@link #name} has it */
    static Cookie of(KeycloakSession session, String name, ClientModel client, String token, long seconds) {
        String key = keys(session, client).get(0);
        return new Cookie(name, ExpressSignature.sign(token, key), "/", seconds, SAME_SITE);
    }

    static Cookie cleared(String name) {
        return new Cookie(name, "", "/", 0, SAME_SITE);
    }

    /**
     * The token in the one cookie of the realm's name whose signature is good; the token is judged by whoever asks, as one that
     * was sent in a header. Cookies of others are ignored: none of them is an error. Empty for a cookie of another realm or of a
     * client that has not opted in. Where two good ones differ, another host of the site may have planted one (RFC 6265
     * section 8.6).
     */
    static Optional<String> token(Exchange call) {
        if (!call.hasCookies()) {
            return Optional.empty();
        }
        List<String> found = sent(call).stream()
                .flatMap(cookie -> token(call.session(), call.realm(), cookie).stream())
                .distinct()
                .toList();
        return found.size() == 1 ? Optional.of(found.get(0)) : Optional.empty();
    }

    private static List<String> sent(Exchange call) {
        return name(call.realm())
                .map(call::cookies)
                .filter(sent -> sent.size() <= MOST)
                .orElse(List.of());
    }

    private static Optional<String> token(KeycloakSession session, RealmModel realm, String cookie) {
        return Optional.of(cookie)
                .filter(value -> value.length() <= LARGEST)
                .flatMap(ExpressSignature::value)
                .filter(token ->
                        Issuers.realmName(token).filter(realm.getName()::equals).isPresent())
                .flatMap(Issuers::authorizedParty)
                .flatMap(client -> Optional.ofNullable(realm.getClientByClientId(client)))
                .filter(GatewayClients::contain)
                .flatMap(client -> ExpressSignature.unsign(cookie, keys(session, client)));
    }
}
