package io.github.keycloakmint.accounts;

import io.github.keycloakmint.testbed.MailSink;
import io.github.keycloakmint.testbed.Poll;
import io.github.keycloakmint.testbed.Secrets;
import io.github.keycloakmint.testbed.TestRealm;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The mails of a realm, by whom they are for. */
record Inbox(MailSink sink) implements AutoCloseable {

    private static final Pattern TOKEN = Pattern.compile("token=([0-9a-f-]{36}\\.([A-Za-z0-9_-]{43}))");

    static Inbox of(TestRealm realm) {
        MailSink sink = MailSink.start();
        sink.serve(realm);
        return new Inbox(sink);
    }

    String mailTo(String email) {
        return mailTo(email, 1);
    }

    /** The {@code nth} mail to him. */
    String mailTo(String email, int nth) {
        return Poll.until("mail " + nth + " to " + email, Duration.ofSeconds(20), () -> {
            List<String> mails = sink.mails().stream()
                    .filter(mail -> mail.contains("To: " + email))
                    .toList();
            return mails.size() < nth ? Optional.empty() : Optional.of(mails.get(nth - 1));
        });
    }

    boolean hasMailTo(String email) {
        return sink.mails().stream().anyMatch(mail -> mail.contains("To: " + email));
    }

    String tokenFor(String email) {
        return token(mailTo(email));
    }

    String tokenFor(String email, int nth) {
        return token(mailTo(email, nth));
    }

    /** What a reader sees of a mail, without headers, boundaries and the token. */
    static String body(String mail) {
        return mail.substring(mail.indexOf("Content-Transfer-Encoding"))
                .replaceAll("------=_Part_[0-9._]+", "")
                .replaceAll("token=[A-Za-z0-9._-]+", "token");
    }

    static String token(String mail) {
        Matcher matcher = TOKEN.matcher(mail);
        if (!matcher.find()) {
            throw new AssertionError("no token in the mail");
        }
        Secrets.remember(matcher.group(2));
        return matcher.group(1);
    }

    @Override
    public void close() {
        sink.close();
    }
}
