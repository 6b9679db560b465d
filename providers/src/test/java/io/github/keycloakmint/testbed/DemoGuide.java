package io.github.keycloakmint.testbed;

import java.nio.file.Path;

/** What the demo prints when it is ready. Secrets appear as names of shell variables only, which demo.env sets. */
final class DemoGuide {

    private static final String TEXT =
            """

            Ready. Ctrl-C ends it; nothing is kept for the next start.

              admin console  @BASE@/admin/   (user and password: ADMIN_USER, ADMIN_PASSWORD)
              realms         @BASE@/realms/demo   @BASE@/realms/other
              metrics        @MANAGEMENT@/metrics   (names start with keycloak_mint_)
              audit log      grep keycloakmint.audit @LOG@
              server log     @LOG@
              mails          @MAILS@/   (MAIL_DIR, a file each)
              users of demo  jane@example.com (premium; owner of acme, member of globex), john@example.com (basic; member of
                             acme), max@example.com (free), ada@example.com (admin), off@example.com (disabled); password
                             correct-horse-1

            In another terminal, first:

              . @ENV@

            Sign-in, as a page does it: a csrf token, then the session. Then a token for one account and one API:

            CSRF_TOKEN=$(curl -sS "$BASE_URL/auth/csrf?client_id=cid_inbox_manager" \\
              -H 'origin: https://app.inbox-manager.com' | sed 's/.*"csrf_token":"\\([^"]*\\)".*/\\1/')
            SESSION=$(curl -sS -X POST "$BASE_URL/auth/sign-in" -H 'origin: https://app.inbox-manager.com' \\
              -H 'content-type: application/json' --data "{\\"client_id\\":\\"cid_inbox_manager\\",
                \\"email\\":\\"jane@example.com\\",\\"password\\":\\"correct-horse-1\\",
                \\"csrf_token\\":\\"$CSRF_TOKEN\\"}"); echo "$SESSION"

            ACCESS_TOKEN=$(echo "$SESSION" | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
            curl -sS -X POST "$BASE_URL/api/accounts/acme/token" -H "authorization: Bearer $ACCESS_TOKEN" \\
              -H 'content-type: application/json' --data '{"audience":"https://api.inbox-manager.com"}'

            An API key for one of her accounts, what the gateway says about it, and a token made from it:

            KEY=$(curl -sS "$BASE_URL/api/api-keys" -H "authorization: Bearer $ACCESS_TOKEN" \\
              -H 'content-type: application/json' --data '{"name":"Nightly report","account_id":"acme",
                "permissions":["campaigns:read"]}' | sed 's/.*"key":"\\([^"]*\\)".*/\\1/')
            curl -si "$BASE_URL/realms/demo/api/auth/verify?permission=campaigns:read" -H "X-API-KEY: $KEY"

            curl -sS -X POST "$BASE_URL/realms/demo/api/api-keys/token" -H "X-API-KEY: $KEY"

            curl -sS "$BASE_URL/api/api-keys" -H "authorization: Bearer $ACCESS_TOKEN"

            Who am I, by token, and by the cookie that an app's page keeps it in; and a ticket for a page in a frame:

            curl -sS "$BASE_URL/api/auth/me" -H "authorization: Bearer $ACCESS_TOKEN"

            COOKIE=$(curl -sS -D - -o /dev/null -X POST "$BASE_URL/api/auth/cookie" \\
              -H "authorization: Bearer $ACCESS_TOKEN" -H 'origin: https://app.inbox-manager.com' \\
              -H 'content-type: application/json' -d '{}' | sed -n 's/^[Ss]et-[Cc]ookie: \\([^;]*\\).*/\\1/p')
            curl -sS "$BASE_URL/realms/demo/api/auth/me" -H "cookie: $COOKIE"

            curl -sS -X POST "$BASE_URL/api/auth/embed-ticket" -H "authorization: Bearer $ACCESS_TOKEN" \\
              -H 'content-type: application/json' -d '{"path":"/embed/board"}'

            A refresh token is good once: the second call is 401, and the session is over:

            REFRESH_TOKEN=$(echo "$SESSION" | sed 's/.*"refresh_token":"\\([^"]*\\)".*/\\1/')
            for i in 1 2; do curl -sS "$BASE_URL/auth/refresh" -H 'content-type: application/json' \\
              --data "{\\"refresh_token\\":\\"$REFRESH_TOKEN\\"}"; echo; done

            Sign-up, with an account of its own:

            curl -sS "$BASE_URL/auth/sign-up" -H 'content-type: application/json' -d '{"client_id":"cid_inbox_manager",
              "email":"new@example.com","password":"correct-horse-2","name":"New User","account_name":"New Ltd"}'

            A forgotten password: the mail is a file a moment later, and its token sets a new one (204):

            curl -sS "$BASE_URL/auth/password-reset" -H 'content-type: application/json' \\
              -d '{"client_id":"cid_inbox_manager","email":"max@example.com"}'; sleep 2

            RESET_TOKEN=$(sed -n 's/.*[?&]key=\\([A-Za-z0-9_.-]*\\).*/\\1/p' "$(ls -t "$MAIL_DIR"/*.eml | head -1)" | head -1)
            curl -sS -o /dev/null -w '%{http_code}\\n' "$BASE_URL/auth/password-reset/verify" \\
              -H 'content-type: application/json' -d "{\\"token\\":\\"$RESET_TOKEN\\",\\"new_password\\":\\"correct-horse-3\\"}"

            The realm's public keys, which an app may keep:

            curl -si "$BASE_URL/.well-known/jwks.json"

            Limits: the sixth sign-in with one email within five minutes is 429, after five times 401:

            for i in 1 2 3 4 5 6; do curl -s -o /dev/null -w '%{http_code} ' "$BASE_URL/realms/demo/auth/sign-in" \\
              -H 'content-type: application/json' \\
              -d '{"client_id":"cid_inbox_manager","email":"nobody@example.com","password":"x"}'; done; echo

            Every public endpoint, with good and bad input:

            AUTH_BASE_URL="$BASE_URL" CLIENT_ID=cid_inbox_manager ORIGIN=https://app.inbox-manager.com \\
              EMAIL=jane@example.com PASSWORD=correct-horse-1 AUDIENCE=https://api.inbox-manager.com scripts/auth_probe.sh

            Token for email, as a realm's endpoint and at the server's root:

            curl -s "$BASE_URL/realms/demo/api/auth/token-for-email" \\
              -H "X-Tribe-Service-Secret: $TRIBE_SERVICE_MINT_SECRET" -H 'Content-Type: application/json' \\
              -d '{"email":"jane@example.com","platformId":1}'

            curl -s "$BASE_URL/api/auth/token-for-email" \\
              -H "X-Tribe-Service-Secret: $TRIBE_SERVICE_MINT_SECRET" -H 'Content-Type: application/json' \\
              -d '{"email":"jane@example.com","platformId":1}'

            The same as a client of its own, which may do less (an hour at most, two roles, a reason):

            curl -s "$BASE_URL/realms/demo/api/auth/token-for-email" -u "billing-service:$BILLING_SERVICE_SECRET" \\
              -H 'Content-Type: application/json' \\
              -d '{"email":"jane@example.com","platformId":1,"expiresIn":600,"reason":"invoice 42"}'

            What Keycloak says about a minted token, at userinfo and at introspection:

            curl -s "$BASE_URL/realms/demo/protocol/openid-connect/userinfo" -H "Authorization: Bearer $(
              curl -s "$BASE_URL/api/auth/token-for-email" \\
                -H "X-Tribe-Service-Secret: $TRIBE_SERVICE_MINT_SECRET" -H 'Content-Type: application/json' \\
                -d '{"email":"jane@example.com","platformId":1}' | sed 's/.*"accessToken":"\\([^"]*\\)".*/\\1/')"

            curl -s "$BASE_URL/realms/demo/protocol/openid-connect/token/introspect" \\
              -u "introspector:$INTROSPECTOR_SECRET" -d "token=$(
              curl -s "$BASE_URL/api/auth/token-for-email" \\
                -H "X-Tribe-Service-Secret: $TRIBE_SERVICE_MINT_SECRET" -H 'Content-Type: application/json' \\
                -d '{"email":"jane@example.com","platformId":1}' | sed 's/.*"accessToken":"\\([^"]*\\)".*/\\1/')"

            Verify external user: another system's JWT, signed here with its private key, becomes a user and tokens. Then the
            same for a Google ID token:

            curl -s "$BASE_URL/demo/auth/verify-external-user" -H 'Content-Type: application/json' \\
              -d "{\\"userJwt\\":\\"$(java realm-config/SignJwt.java "$EXTERNAL_PRIVATE_KEY" \\
                '{"iss":"demo","sub":"user_123","userData":{"name":"Jane Doe","username":"janedoe"}}')\\"}"

            curl -s "$BASE_URL/realms/demo/auth/google" -H 'Content-Type: application/json' \\
              -d "{\\"client_id\\":\\"cid_inbox_manager\\",\\"id_token\\":\\"$(java realm-config/SignJwt.java \\
                "$SOCIAL_PRIVATE_KEY" '{"iss":"https://accounts.google.com","aud":"demo-google-client","sub":"1042",
                "email":"gina@gmail.com","email_verified":true,"name":"Gina Google"}')\\"}"

            The ledger of what was minted (DELETE .../mints/{jti} revokes one):

            curl -s "$BASE_URL/admin/realms/demo/mint/mints?email=jane@example.com" -H "Authorization: Bearer $(
              curl -s "$BASE_URL/realms/master/protocol/openid-connect/token" -d grant_type=password \\
                -d client_id=admin-cli -d "username=$ADMIN_USER" --data-urlencode "password=$ADMIN_PASSWORD" |
                sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')"
            """;

    private DemoGuide() {}

    static String text(KeycloakServer server, Path environment) {
        return TEXT.replace("@BASE@", server.baseUrl().toString())
                .replace("@MANAGEMENT@", server.managementUrl().toString())
                .replace("@LOG@", quoted(fromHere(server.logFile())))
                .replace("@MAILS@", quoted(fromHere(environment.resolveSibling("mail"))))
                .replace("@ENV@", quoted(fromHere(environment)));
    }

    /** Maven starts us in the module's folder, but whoever reads this types in the one Maven was called from. */
    private static String fromHere(Path file) {
        Path repository = Settings.repository();
        return file.startsWith(repository) ? repository.relativize(file).toString() : file.toString();
    }

    /** A dot command without a slash would search the PATH. */
    private static String quoted(String path) {
        return path.matches("[\\w./-]+") ? path : "'" + path.replace("'", "'\\''") + "'";
    }
}
