package io.github.keycloakmint.mint;

import io.github.keycloakmint.kernel.PersonName;
import io.github.keycloakmint.kernel.audit.CallRecord;
import io.github.keycloakmint.kernel.http.Refusal;
import io.github.keycloakmint.kernel.keycloak.PlatformIndex;
import io.github.keycloakmint.kernel.keycloak.TokenIssuer;
import io.github.keycloakmint.kernel.keycloak.UserDirectory;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/** Mints a token for a known email on a caller's word. */
final class MintToken {

    /** Offline verifiers can't see a revocation, so their tokens live a day unless an admin says otherwise (T20). */
    static final long LONGEST_ASYMMETRIC = 86_400;

    private final KeycloakSession session;
    private final RealmModel realm;
    private final MintSettings settings;
    private final MintRealm mintRealm;

    MintToken(KeycloakSession session, RealmModel realm, MintSettings settings, MintRealm mintRealm) {
        this.session = session;
        this.realm = realm;
        this.settings = settings;
        this.mintRealm = mintRealm;
    }

    /**
     * @throws Refusal 400 for a request that the caller's policy rules out, 404 for a user that he may not have a token
     *     for, one and the same for every reason
     */
    MintedToken mint(MintCaller caller, TokenForEmailRequest request, CallRecord record) {
        record(request, record);
        long lifetime = lifetime(caller, request);
        checkAgainstPolicy(caller.policy(), request);
        UserDirectory users = new UserDirectory(session, realm);
        UserDirectory.Found found = users.byEmail(request.email());
        Eligibility.Verdict verdict = new Eligibility(session, realm, settings, mintRealm, caller)
                .judge(found, PlatformIndex.INSTANCE.find(session, request.platformId()));
        found.user().ifPresent(user -> record.put("targetUserId", user.getId()));
        if (verdict.denial().isPresent()) {
            if (found.user().isPresent()) {
                users.lookUpNobody();
            }
            throw Refusal.evenly(MintError.NO_SUCH_USER, verdict.denial().get());
        }
        return issue(caller, request, found.user().orElseThrow(), verdict, lifetime, record);
    }

    private static void record(TokenForEmailRequest request, CallRecord record) {
        record.put("targetEmail", request.email());
        record.put("platformId", request.platformId());
        record.put("reason", request.reason().orElse(null));
    }

    private long lifetime(MintCaller caller, TokenForEmailRequest request) {
        MintPolicy policy = caller.policy();
        boolean capped = !policy.allowLongAsymmetric()
                && TokenIssuer.signing(session, caller.client()) == TokenIssuer.Signing.ASYMMETRIC;
        long longest = capped ? Math.min(policy.maxLifetime(), LONGEST_ASYMMETRIC) : policy.maxLifetime();
        long asked = request.expiresIn().orElse(longest);
        if (asked > longest) {
            throw Refusal.badInput("`expiresIn` must be at most " + longest, "lifetime_above_cap");
        }
        return asked;
    }

    private static void checkAgainstPolicy(MintPolicy policy, TokenForEmailRequest request) {
        if (policy.requireReason() && request.reason().isEmpty()) {
            throw Refusal.badInput("`reason` is required", "missing_reason");
        }
        if (request.audience().isPresent()
                && !policy.audiences().contains(request.audience().get())) {
            throw Refusal.badInput("`audience` is not allowed", "audience_not_allowed");
        }
    }

    private MintedToken issue(
            MintCaller caller,
            TokenForEmailRequest request,
            UserModel user,
            Eligibility.Verdict verdict,
            long lifetime,
            CallRecord record) {
        TokenIssuer.Issued issued = TokenIssuer.issue(
                session,
                realm,
                new TokenIssuer.Order(
                        MintGrant.ID,
                        caller.client(),
                        user,
                        record.ip(),
                        TokenIssuer.Life.of(lifetime),
                        TokenIssuer.Width.OF_CLIENT,
                        request.audience(),
                        Map.of("id", verdict.id(), "act", actor(caller))));
        Optional<String> role = verdict.roles().highest(mintRealm.roleOrder());
        if (settings.ledger()) {
            new Ledger(session, realm).record(issued, user, request, caller);
        }
        record.user(user.getId());
        record.put("targetRole", role.orElse(null));
        record.put("jti", issued.jti());
        record.put("issuedAt", Instant.ofEpochSecond(issued.issuedAt()).toString());
        return new MintedToken(
                issued.token(),
                lifetime,
                new MintedToken.User(
                        verdict.id(),
                        request.email(),
                        PersonName.of(user).orElse(null),
                        role.orElse(null),
                        request.platformId()));
    }

    /** RFC 8693 section 4.1: who acts, as opposed to whom the token is about. */
    private static Map<String, String> actor(MintCaller caller) {
        return Map.of(
                "sub", caller.serviceAccount().getId(),
                "client_id", caller.client().getClientId());
    }
}
