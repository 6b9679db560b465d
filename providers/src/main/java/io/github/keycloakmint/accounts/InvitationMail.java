package io.github.keycloakmint.accounts;

import io.github.keycloakmint.kernel.http.Fault;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.keycloak.AfterAnswer;
import io.github.keycloakmint.kernel.keycloak.FreshTransaction;
import io.github.keycloakmint.kernel.keycloak.Invitations;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.keycloak.common.util.Time;
import org.keycloak.email.EmailException;
import org.keycloak.email.EmailTemplateProvider;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.OrganizationModel;
import org.keycloak.models.RealmModel;
import org.keycloak.models.light.LightweightUserAdapter;
import org.keycloak.organization.OrganizationProvider;

/**
 * Keycloak's own invitation mail with our link: to the page that the client names in {@code mint.invite-url}. Keycloak's
 * hosted page is no substitute, since who comes by it becomes a member without a role.
 *
 * @param page that gets the token
 */
record InvitationMail(URI page) {

    private static final Logger LOG = Logger.getLogger(InvitationMail.class);

    private static final String INVITE_URL = "mint.invite-url";
    private static final Set<String> HOSTS_WITHOUT_TLS = Set.of("localhost", "127.0.0.1", "[::1]");

    /** @throws Refusal 403 where the client has no page for invitations, 409 where the realm has no mail server */
    static InvitationMail of(RealmModel realm, ClientModel client) {
        if (Optional.ofNullable(realm.getSmtpConfig()).map(Map::isEmpty).orElse(true)) {
            LOG.errorf(
                    "Nobody can be invited in realm '%s': it has no mail server (Realm settings, Email)",
                    realm.getName());
            throw Refusal.of(AccountConflict.NO_MAIL, "no_mail_server");
        }
        Optional<String> set =
                Optional.ofNullable(client.getAttribute(INVITE_URL)).filter(url -> !url.isBlank());
        Optional<InvitationMail> mail = set.flatMap(InvitationMail::page).map(InvitationMail::new);
        if (mail.isEmpty()) {
            LOG.errorf(
                    "Client '%s' can't invite: attribute %s is %s",
                    client.getClientId(), INVITE_URL, set.isEmpty() ? "not set" : "no https address");
        }
        return mail.orElseThrow(() -> Refusal.of(Fault.FORBIDDEN, "no_invite_url"));
    }

    static Optional<URI> page(String url) {
        try {
            URI page = new URI(url.trim());
            boolean web = page.getHost() != null
                    && page.getUserInfo() == null
                    && ("https".equalsIgnoreCase(page.getScheme())
                            || ("http".equalsIgnoreCase(page.getScheme())
                                    && HOSTS_WITHOUT_TLS.contains(page.getHost().toLowerCase(Locale.ROOT))));
            return web ? Optional.of(page) : Optional.empty();
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }

    /** The page with the token, in front of its fragment. */
    String link(String token) {
        String text = page.toString();
        int end = text.indexOf('#') < 0 ? text.length() : text.indexOf('#');
        return text.substring(0, end) + (page.getRawQuery() == null ? "?" : "&") + "token=" + token
                + text.substring(end);
    }

    /**
     * Once the request is answered. The same mail whether or not the address is a user's. An invitation whose mail could not be
     * handed over is taken back, since nobody else has its token.
     */
    void send(KeycloakSession session, Invitations.Sent sent) {
        String link = link(sent.token());
        AfterAnswer.run(session, "invitation_mail", later -> send(later, sent.invitation(), link));
    }

    private static void send(KeycloakSession session, Invitations.Invitation invitation, String link) {
        RealmModel realm = session.getContext().getRealm();
        OrganizationModel account =
                session.getProvider(OrganizationProvider.class).getById(invitation.accountId());
        if (account == null) {
            return; // ended since
        }
        LightweightUserAdapter invited = new LightweightUserAdapter(session, realm, null);
        invited.setEmail(invitation.email());
        long minutes = TimeUnit.SECONDS.toMinutes(invitation.expiresAt() - Time.currentTime());
        try {
            session.getProvider(EmailTemplateProvider.class)
                    .setRealm(realm)
                    .setUser(invited)
                    .sendOrgInviteEmail(new MailedOrganization(account), link, minutes);
        } catch (EmailException e) {
            FreshTransaction.insist(() -> FreshTransaction.run(session, fresh -> {
                new Invitations(fresh, fresh.getContext().getRealm()).revoke(invitation);
                return invitation.id();
            }));
            LOG.errorf("Invitation %s was taken back, as its mail could not be sent", invitation.id());
            throw new IllegalStateException("an invitation could not be mailed", e);
        }
    }
}
