package io.github.keycloakmint.access;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.security.crypto.bcrypt.BCrypt;

/** Vectors of crypt_blowfish and OpenBSD, which other libraries are tested with as well. */
class BcryptHashTest {

    private static final String SEVENTY_TWO =
            "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    private static final String OF_SEVENTY_TWO = "$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui";

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "U*U,$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
                "U*U,$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
                "U*U*,$2y$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK",
                "U*U*U,$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a",
                "\"\",$2a$06$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s.",
            })
    void honest_hashes_verify_and_nothing_else_does(String password, String hash) {
        assertThat(BcryptHash.verify(password, hash)).isTrue();
        assertThat(BcryptHash.verify(password + "x", hash)).isFalse();
    }

    @Test
    void seventy_two_bytes_verify_and_one_more_does_not() {
        assertThat(BcryptHash.verify(SEVENTY_TWO, OF_SEVENTY_TWO)).isTrue();
        assertThat(BCrypt.checkpw(SEVENTY_TWO + "x", OF_SEVENTY_TWO)).isTrue();
        assertThat(BcryptHash.verify(SEVENTY_TWO + "x", OF_SEVENTY_TWO)).isFalse();
    }

    @Test
    void length_is_counted_in_bytes_of_utf8() {
        String umlauts = "ü".repeat(36);
        assertThat(BcryptHash.verify(umlauts, BCrypt.hashpw(umlauts, BCrypt.gensalt("$2b", 4))))
                .isTrue();
        assertThat(BcryptHash.verify(umlauts + "ü", BCrypt.hashpw(umlauts, BCrypt.gensalt("$2b", 4))))
                .isFalse();
    }

    @Test
    void a_nul_does_not_verify() {
        assertThat(BcryptHash.verify("ab\0cd", BCrypt.hashpw("ab\0cd", BCrypt.gensalt("$2b", 4))))
                .isFalse();
        assertThat(BcryptHash.verify("\0", BCrypt.hashpw("", BCrypt.gensalt("$2a", 4))))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5, 14})
    void costs_from_4_to_14_verify(int cost) {
        String hash = BCrypt.hashpw("correct-horse-1", BCrypt.gensalt("$2y", cost));
        assertThat(BcryptHash.acceptable(hash)).isTrue();
        assertThat(BcryptHash.verify("correct-horse-1", hash)).isTrue();
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {
                "",
                "$",
                "$2",
                "$2b$10$",
                "correct-horse-1",
                // another cost, another version, another algorithm
                "$2b$03$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
                "$2b$15$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
                "$2b$31$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
                "$2b$99$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
                "$2b$5$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
                "$2$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
                "$2x$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
                "$2c$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
                "$1$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
                // a character too few, too many, of another alphabet
                "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOe",
                "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeWW",
                "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOe=",
                "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW\n",
                " $2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
                "$2a$٠٥$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"
            })
    void whatever_else_is_stored_never_verifies_and_never_throws(String hash) {
        assertThat(BcryptHash.acceptable(hash)).isFalse();
        assertThat(BcryptHash.verify("U*U", hash)).isFalse();
        assertThat(BcryptHash.verify("", hash)).isFalse();
    }

    @Test
    void what_is_refused_takes_the_work_of_a_hash_that_is_checked() {
        String honest = BCrypt.hashpw("correct-horse-1", BCrypt.gensalt("$2b", 10));
        long checked = fastest(() -> BcryptHash.verify("wrong", honest));
        assertThat(fastest(() -> BcryptHash.verify("wrong", "no hash"))).isGreaterThan(checked / 2);
        assertThat(fastest(() -> BcryptHash.verify("x".repeat(100), honest))).isGreaterThan(checked / 2);
        assertThat(fastest(() -> BcryptHash.verify("\0", honest))).isGreaterThan(checked / 2);
    }

    private static long fastest(Runnable work) {
        long fastest = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            long started = System.nanoTime();
            work.run();
            fastest = Math.min(fastest, System.nanoTime() - started);
        }
        return fastest;
    }
}
