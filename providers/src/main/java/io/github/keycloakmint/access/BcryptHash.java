package io.github.keycloakmint.access;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.security.crypto.bcrypt.BCrypt;

/**
 * A bcrypt hash of another system: {@code $2a$}, {@code $2b$} or {@code $2y$}, cost 4 to 14 (T30). Below it a hash is
 * broken, above it one sign-in holds a thread for seconds. Whatever is refused takes the work of a hash that is checked, so
 * that the time of an answer tells nothing of what is stored.
 */
final class BcryptHash {

    private static final Pattern SHAPE = Pattern.compile("\\$2[aby]\\$(0[4-9]|1[0-4])\\$[./A-Za-z0-9]{53}");

    /** What bcrypt takes into account; the rest it would silently leave out. */
    private static final int LONGEST = 72;

    /** Of no password that anybody has; with the cost that most systems use. */
    private static final String NOBODYS = "$2b$10$abcdefghijklmnopqrstuu5Lo0g67CiD3M4RpN1BmBb4Crp5w7dbK";

    private BcryptHash() {}

    static boolean acceptable(@Nullable String hash) {
        return hash != null && SHAPE.matcher(hash).matches();
    }

    /** Never throws. False also for more than {@value #LONGEST} bytes of UTF-8 and for a NUL, where bcrypt stops reading. */
    static boolean verify(String password, @Nullable String hash) {
        if (hash == null || !acceptable(hash)) {
            BCrypt.checkpw("", NOBODYS);
            return false;
        }
        boolean readable = readable(password);
        return BCrypt.checkpw(readable ? password : "", hash) && readable;
    }

    private static boolean readable(String password) {
        return password.indexOf('\0') < 0 && password.getBytes(StandardCharsets.UTF_8).length <= LONGEST;
    }
}
