package io.github.keycloakmint.access;

import io.github.keycloakmint.testbed.MailSink;
import io.github.keycloakmint.testbed.Poll;
import io.github.keycloakmint.testbed.Secrets;
import io.github.keycloakmint.testbed.TestRealm;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The mails of one realm, which knows its own address. */
final class Mailbox implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Pattern LINK = Pattern.compile("(https?://\\S+?)[?&](?:token|key)=([A-Za-z0-9_.-]+)");

    private final MailSink sink = MailSink.start();

    private Mailbox() {}

    static Mailbox of(TestRealm realm) {
        Mailbox mailbox = new Mailbox();
        mailbox.sink.serve(realm);
        realm.realmAttribute("frontendUrl", realm.server().baseUrl().toString());
        return mailbox;
    }

    record Link(String page, String token, String address) {}

    /** Every mail to {@code email} until now. */
    List<String> to(String email) {
        return sink.mails().stream()
                .filter(mail -> mail.contains("To: " + email + "\n"))
                .toList();
    }

    /** The mail number {@code count} to {@code email}, once it is there. */
    String await(String email, int count) {
        return Poll.until("a mail to " + email, LIMIT, () -> to(email).stream()
                .skip(count - 1)
                .findFirst());
    }

    Link link(String email, int count) {
        return link(await(email, count)).orElseThrow();
    }

    static Optional<Link> link(String mail) {
        Matcher matcher = LINK.matcher(mail);
        if (!matcher.find()) {
            return Optional.empty();
        }
        Secrets.remember(matcher.group(2));
        return Optional.of(new Link(matcher.group(1), matcher.group(2), matcher.group()));
    }

    /** Whatever was asked for before is through when a mail that is asked for now has come. */
    @Override
    public void close() {
        sink.close();
    }
}
