package io.github.keycloakmint.access;

import io.github.keycloakmint.kernel.Attributes;
import io.github.keycloakmint.kernel.keycloak.MailedTokens;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.keycloak.common.util.KeycloakUriBuilder;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/** Where the link in a mail leads: to the client's own page, or to Keycloak's where the client has none. */
final class MailLink {

    private static final Logger LOG = Logger.getLogger(MailLink.class);

    private MailLink() {}

    /** @param attribute of the client that has the address of its page; the token comes to it as {@code token} */
    static String to(KeycloakSession session, RealmModel realm, ClientModel client, String attribute, String token) {
        return page(client, attribute)
                .map(page -> KeycloakUriBuilder.fromUri(page)
                        .queryParam("token", token)
                        .build()
                        .toString())
                .orElseGet(() -> new MailedTokens(session, realm).page(token));
    }

    private static Optional<URI> page(ClientModel client, String attribute) {
        Attributes attributes = new Attributes("client '" + client.getClientId() + "'", client::getAttribute);
        try {
            return attributes.text(attribute).map(value -> address(attributes, attribute, value));
        } catch (Attributes.BadAttribute e) {
            // the mail is on its way already, and Keycloak's page does the same
            LOG.error(e.getMessage());
            return Optional.empty();
        }
    }

    private static URI address(Attributes attributes, String attribute, String value) {
        try {
            URI address = new URI(value);
            if (address.getHost() != null && safe(address) && address.getUserInfo() == null) {
                return address;
            }
        } catch (URISyntaxException e) {
            throw new Attributes.BadAttribute(attributes.owner(), attribute, "an https address");
        }
        throw new Attributes.BadAttribute(attributes.owner(), attribute, "an https address");
    }

    /** What opens an account goes over TLS, or stays on the developer's machine. */
    private static boolean safe(URI address) {
        return "https".equals(address.getScheme())
                || ("http".equals(address.getScheme())
                        && ("localhost".equals(address.getHost()) || "127.0.0.1".equals(address.getHost())));
    }
}
