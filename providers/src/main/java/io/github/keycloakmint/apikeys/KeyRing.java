package io.github.keycloakmint.apikeys;

import io.github.keycloakmint.kernel.caller.ApiKey;
import io.github.keycloakmint.kernel.caller.ApiKeys;
import io.github.keycloakmint.kernel.keycloak.AccountSubject;
import io.github.keycloakmint.kernel.keycloak.Audiences;
import io.github.keycloakmint.kernel.keycloak.Consents;
import io.github.keycloakmint.kernel.keycloak.Entitlements;
import io.github.keycloakmint.kernel.keycloak.OptedInClients;
import io.github.keycloakmint.kernel.keycloak.Permission;
import io.github.keycloakmint.kernel.limits.LimitReached;
import io.github.keycloakmint.kernel.limits.Limiter;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.keycloak.common.util.Time;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * Judges keys. Asked at every use, so in this order: what costs nothing, what this node has in memory, the database. User,
 * client, account and realm come from Keycloak's own caches, which are right on every node.
 */
final class KeyRing implements ApiKeys {

    private final KeycloakSession session;
    private final KeysOfNode node;

    KeyRing(KeycloakSession session, KeysOfNode node) {
        this.session = session;
        this.node = node;
    }

    @Override
    public Shown show(RealmModel realm, String sent, String address) {
        Optional<KeyForm.Read> read = node.form().read(sent);
        if (read.isEmpty()) {
            return refused("form");
        }
        Optional<Key> found = key(realm, read.get().id());
        if (found.isEmpty()) {
            return refused("unknown_key");
        }
        Key key = found.get();
        long now = Time.currentTimeSeconds();
        if (!key.opensWith(read.get().hash(), now)) {
            return refused("secret");
        }
        Judgement judgement = judge(realm, key, now);
        if (judgement.good().isEmpty()) {
            return refused(judgement.reason());
        }
        if (!key.allows(address)) {
            return refused("address");
        }
        Optional<Limiter> limiter = Optional.ofNullable(session.getProvider(Limiter.class));
        if (key.rate().isPresent() && limiter.isEmpty()) {
            // the whole provider is switched off, and nobody would count
            return refused("no_limiter");
        }
        Limiter.Call call = new Limiter.Call(realm, Limiter.KEY_RATE, address);
        Optional<LimitReached> over =
                key.rate().flatMap(rate -> limiter.flatMap(counting -> counting.own(call, key.id(), rate)));
        if (over.isPresent()) {
            return new Shown.Limited(key.id(), over.get());
        }
        node.uses().count(key.id(), now);
        return new Shown.Good(
                judgement.good().get().opened(KeyForm.version(read.get().hash())));
    }

    @Override
    public Optional<ApiKey> live(RealmModel realm, Origin origin) {
        long now = Time.currentTimeSeconds();
        return Optional.of(origin.id())
                .filter(KeyForm::isId)
                .flatMap(given -> key(realm, given))
                .filter(key -> key.isOpenTo(origin.version(), now))
                .flatMap(key -> judge(realm, key, now).good());
    }

    @Override
    public boolean reaches(RealmModel realm, Origin origin, String address) {
        return Optional.of(origin.id())
                .filter(KeyForm::isId)
                .flatMap(given -> key(realm, given))
                .filter(key -> key.allows(address))
                .isPresent();
    }

    @Override
    public Token issue(RealmModel realm, ApiKey key, Ask ask) {
        return new IssueKeyToken(session, realm).issue(key, ask);
    }

    private Optional<Key> key(RealmModel realm, String id) {
        return node.keys()
                .get(
                        KeysOfNode.keyName(realm.getId(), id),
                        () -> new KeyStore(session, realm).read(id).map(Key::of),
                        KeysOfNode.keyName(realm.getId(), id),
                        KeysOfNode.allKeys(realm.getId()));
    }

    /** @param reason why there is none */
    private record Judgement(Optional<ApiKey> good, String reason) {
        static Judgement bad(String reason) {
            return new Judgement(Optional.empty(), reason);
        }
    }

    private Judgement judge(RealmModel realm, Key key, long now) {
        Optional<KeyRules> rules = KeyRules.find(realm);
        if (rules.isEmpty()) {
            return Judgement.bad("bad_attribute");
        }
        Optional<Long> end = rules.get().endNow(key.expiresAt(), key.createdAt());
        if (!key.enabled() || end.filter(at -> at <= now).isPresent()) {
            return Judgement.bad(key.enabled() ? "expired" : "disabled");
        }
        @Nullable UserModel subject = session.users().getUserById(realm, key.userId());
        if (subject == null || !subject.isEnabled() || !same(key, subject)) {
            return Judgement.bad("owner");
        }
        @Nullable ClientModel client = realm.getClientById(key.clientId());
        if (client == null || !client.isEnabled() || !OptedInClients.names(client, ApiKeysCapability.ID)) {
            return Judgement.bad("client");
        }
        if (!key.ofAccount() && !Consents.given(session, subject, client)) {
            return Judgement.bad("consent");
        }
        Entitlements entitlements = new Entitlements(session, realm);
        if (key.accountId().filter(id -> entitlements.open(id).isEmpty()).isPresent()) {
            return Judgement.bad("account");
        }
        return standing(realm, key, subject, client, entitlements)
                .map(standing -> standing.narrow()
                        ? new Judgement(Optional.of(good(key, subject, client, standing.held(), end)), "")
                        : Judgement.bad("client"))
                .orElseGet(() -> Judgement.bad("account"));
    }

    /** The user that the key was made for, and not one who came to have his id. */
    private static boolean same(Key key, UserModel subject) {
        return !key.madeBefore(subject.getCreatedTimestamp())
                && (!key.ofAccount()
                        || AccountSubject.stands(subject, key.accountId().orElse("")));
    }

    private Optional<KeysOfNode.Standing> standing(
            RealmModel realm, Key key, UserModel subject, ClientModel client, Entitlements entitlements) {
        String name = String.join(
                "/", realm.getId(), "standing", key.userId(), key.accountId().orElse("-"), client.getId());
        return node.standings().get(session, name, realm.getId(), () -> held(key, subject, entitlements)
                .map(held -> new KeysOfNode.Standing(narrow(realm, client), held)));
    }

    private static boolean narrow(RealmModel realm, ClientModel client) {
        return OptedInClients.find(realm, client.getClientId(), ApiKeysCapability.ID)
                .isPresent();
    }

    private static Optional<Entitlements.Held> held(Key key, UserModel subject, Entitlements entitlements) {
        if (key.accountId().isEmpty()) {
            return Optional.of(new Entitlements.Held("", "", Optional.empty(), entitlements.direct(subject)));
        }
        String account = key.accountId().get();
        return key.ofAccount()
                ? entitlements.of(account).filter(held -> AccountSubject.bare(subject))
                // by id alone: an alias is free again when its organization is gone
                : entitlements.in(subject, account).filter(held -> held.accountId()
                        .equals(account));
    }

    private static ApiKey good(
            Key key, UserModel subject, ClientModel client, Entitlements.Held held, Optional<Long> end) {
        Set<String> reach = Audiences.ids(client);
        Set<Permission> granted = key.permissions().stream()
                .filter(held.granted()::contains)
                .filter(permission -> reach.contains(permission.clientId()))
                .collect(Collectors.toUnmodifiableSet());
        return new ApiKey(
                key.id(),
                key.name(),
                subject,
                key.ofAccount(),
                client,
                key.accountId().map(id -> new ApiKey.Account(id, held.alias(), held.role())),
                granted,
                end,
                "");
    }

    private static Shown refused(String reason) {
        return new Shown.Refused(reason);
    }
}
