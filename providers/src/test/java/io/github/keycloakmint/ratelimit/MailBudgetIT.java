package io.github.keycloakmint.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.keycloakmint.testbed.Answer;
import io.github.keycloakmint.testbed.Http;
import io.github.keycloakmint.testbed.Json;
import io.github.keycloakmint.testbed.MailSink;
import io.github.keycloakmint.testbed.Poll;
import io.github.keycloakmint.testbed.TestRealm;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Nobody's mailbox is filled by strangers, and no stranger learns that it is not. */
@Tag("distribution")
class MailBudgetIT {

    private static TestRealm realm;
    private static MailSink sink;

    @BeforeAll
    static void start() {
        realm = TestRealm.create(settings -> settings.put("resetPasswordAllowed", true));
        realm.realmAttribute("frontendUrl", realm.server().baseUrl().toString());
        sink = MailSink.start();
        sink.serve(realm);
    }

    @AfterAll
    static void stop() {
        sink.close();
        realm.close();
    }

    private static Answer reset(String email) {
        return Http.post(realm.url("/auth/password-reset"))
                .json(Json.object("client_id", "cid_inbox_manager", "email", email))
                .send();
    }

    private static long mails(String email) {
        return sink.mails().stream()
                .filter(mail -> mail.contains("To: " + email + "\n"))
                .count();
    }

    /** Mails of one kind leave in turn by two threads: once later ones have come, no earlier one is on its way. */
    private static void settle(String email) {
        reset(email);
        reset(email);
        Poll.untilTrue("mails to " + email, Duration.ofSeconds(20), () -> mails(email) == 2);
    }

    /** Else whoever asks for mails that help nobody would keep those away that do. */
    @Test
    void mails_of_one_sort_use_up_no_other_sort() {
        realm.realmAttribute("mint.limit.mails.mails-sent", "1/3601");
        for (int i = 0; i < 3; i++) {
            Http.post(realm.url("/auth/verify-email/resend"))
                    .json(Json.object("client_id", "cid_inbox_manager", "email", "carol@example.com"))
                    .send()
                    .expect(202);
        }
        String carol = "carol@example.com";
        realm.createUser(carol, user -> {});
        reset(carol).expect(202);
        Poll.untilTrue("the mail", Duration.ofSeconds(20), () -> mails(carol) == 1);
        realm.realmAttribute("mint.limit.mails.mails-sent", null);
    }

    @Test
    void an_address_gets_so_many_mails_and_the_answers_stay_the_same() {
        realm.realmAttribute("mint.limit.mails.mails-sent", "2/3600");
        Set<String> answers = new HashSet<>();
        for (int i = 0; i < 6; i++) {
            Answer answer = reset("jane@example.com");
            answers.add(answer.status() + answer.body());
        }
        assertThat(answers).hasSize(1).allMatch(answer -> answer.startsWith("202"));
        settle("john@example.com");
        assertThat(mails("jane@example.com")).isEqualTo(2);
        realm.realmAttribute("mint.limit.mails.mails-sent", null);

        realm.realmAttribute("mint.limit.mails.mails-asked", "1/3600");
        assertThat(reset("max@example.com").expect(202).body())
                .isEqualTo(reset("ada@example.com").expect(202).body());
        Poll.untilTrue("the one mail", Duration.ofSeconds(20), () -> mails("max@example.com") == 1);
        realm.realmAttribute("mint.limit.mails.mails-asked", null);
        Poll.untilTrue("mails again", Duration.ofSeconds(20), () -> {
            reset("max@example.com");
            return mails("max@example.com") > 1;
        });
        assertThat(mails("ada@example.com")).isZero();
    }
}
