package stagecoach.runtime.rotation;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.notNullValue;

import io.quarkus.test.common.http.TestHTTPResource;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.cli.StagecoachCli;
import stagecoach.cli.client.LocalDefault;
import stagecoach.runtime.access.Idempotency;
import stagecoach.runtime.access.Idempotency.Answer;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.test.KeyFile;
import stagecoach.runtime.test.TestCli;
import stagecoach.runtime.test.TestCli.Said;
import stagecoach.runtime.test.TestKeys;
import stagecoach.runtime.toy.ToyTest;
import stagecoach.vocabulary.identity.Digest;
import stagecoach.vocabulary.sealing.KeyId;
import stagecoach.vocabulary.sealing.KeyRing;

/** {@code stagecoach keys} against a service as it is. */
@ToyTest
class KeysCommandTest {
    private static final String KEYS = "/api/v1/services/toy/secret-keys";
    private static final String KIND = "answers kept for a day";
    private static final int ROWS = 250;

    @Inject Idempotency idempotency;
    @Inject UnitOfWork unitOfWork;

    @TestHTTPResource("/")
    URI url;

    private final String caller = UUID.randomUUID().toString();

    @BeforeEach
    void forget() {
        unitOfWork.execute(tx -> tx.execute("DELETE FROM idempotency"));
    }

    private Said stagecoach(String... args) {
        return new TestCli(url).run(args);
    }

    private static RequestSpecification admin() {
        return given().header("Authorization", TestKeys.ADMIN.bearer());
    }

    private void answer(int number) {
        assertThat(
                        idempotency
                                .once(
                                        Optional.of("key " + number),
                                        caller,
                                        "POST /things",
                                        new byte[0],
                                        tx ->
                                                new Answer(
                                                        201,
                                                        Optional.empty(),
                                                        Optional.of("{\"secret\":" + number + "}")))
                                .body())
                .contains("{\"secret\":" + number + "}");
    }

    private void answers(int count) {
        for (int i = 0; i < count; i++) {
            answer(i);
        }
    }

    /** The rows of each key; those without an id under nothing. */
    private static Map<String, Long> rows() {
        List<Map<String, Object>> rows =
                admin().get(KEYS).then().statusCode(200).extract().jsonPath().getList("rows");
        Map<String, Long> byKey = new java.util.HashMap<>();
        rows.forEach(
                row -> {
                    assertThat(row.get("kind")).isEqualTo(KIND);
                    byKey.put(
                            String.valueOf(row.get("key")), ((Number) row.get("rows")).longValue());
                });
        return byKey;
    }

    @Test
    void all_rows_get_the_new_key_while_others_write_and_the_old_key_may_go() throws Exception {
        answers(ROWS);
        KeyId old = KeyFile.ring().current().id();
        KeyId fresh = KeyFile.addKey();
        assertThat(rows()).containsOnly(Map.entry(old.value(), (long) ROWS));
        assertThat(stagecoach("keys", "show", "--service", "toy").out())
                .contains("SERVICE", KIND, old + "  older", fresh + "  current", "250");

        var stop = new AtomicBoolean();
        var written = new ArrayList<Integer>();
        Thread writer =
                Thread.ofVirtual()
                        .start(
                                () -> {
                                    for (int i = ROWS; !stop.get(); i++) {
                                        answer(i);
                                        written.add(i);
                                    }
                                });
        Said rotated = stagecoach("keys", "rotate", "--service", "toy");
        stop.set(true);
        writer.join();
        assertThat(rotated.err()).isEmpty();
        assertThat(rotated.exit()).isZero();
        assertThat(rotated.out()).contains("toy: 250 rows", "all of them have key " + fresh);
        assertThat(written).isNotEmpty();
        assertThat(rows()).containsOnly(Map.entry(fresh.value(), (long) ROWS + written.size()));

        KeyFile.dropOlder();
        answers(ROWS + written.size());
        assertThat(stagecoach("keys", "show", "--service", "toy"))
                .satisfies(
                        said -> {
                            assertThat(said.exit()).isZero();
                            assertThat(said.out()).doesNotContain(old.value());
                        });
    }

    @Test
    void a_rotation_that_was_killed_is_gone_on_with() {
        answers(ROWS);
        KeyId old = KeyFile.ring().current().id();
        KeyId fresh = KeyFile.addKey();
        String next =
                admin().post(KEYS + "/rotate")
                        .then()
                        .statusCode(200)
                        .body("current", equalTo(fresh.value()))
                        .body("resealed", equalTo(100))
                        .body("next", notNullValue())
                        .extract()
                        .path("next");
        assertThat(rows())
                .containsOnly(Map.entry(old.value(), 150L), Map.entry(fresh.value(), 100L));
        // Whoever held the place has died, or an answer was lost and its request comes again.
        assertThat(stagecoach("keys", "rotate", "--service", "toy"))
                .satisfies(
                        said -> {
                            assertThat(said.exit()).isZero();
                            assertThat(said.out()).contains("toy: 150 rows");
                        });
        admin().queryParam("cursor", next)
                .post(KEYS + "/rotate")
                .then()
                .statusCode(200)
                .body("resealed", equalTo(0));
        assertThat(rows()).containsOnly(Map.entry(fresh.value(), (long) ROWS));
    }

    @Test
    void a_batch_whose_transaction_dies_leaves_rows_that_open_as_before() {
        answers(ROWS);
        KeyId old = KeyFile.ring().current().id();
        KeyId fresh = KeyFile.addKey();
        // The database ends the connection at the third update: nothing of the batch stays.
        unitOfWork.execute(
                tx -> {
                    tx.execute("CREATE SEQUENCE updates");
                    tx.execute(
                            """
                            CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                            IF nextval('updates') = 3 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;
                            RETURN NEW; END $$""");
                    tx.execute(
                            "CREATE TRIGGER die BEFORE UPDATE ON idempotency FOR EACH ROW WHEN (OLD.body IS NOT NULL) EXECUTE FUNCTION die()");
                });
        try {
            Said first = stagecoach("keys", "rotate", "--service", "toy");
            assertThat(first.exit()).isIn(0, 4);
            if (first.exit() == 4) {
                assertThat(rows()).containsOnly(Map.entry(old.value(), (long) ROWS));
                assertThat(stagecoach("keys", "rotate", "--service", "toy").exit()).isZero();
            }
            assertThat(rows()).containsOnly(Map.entry(fresh.value(), (long) ROWS));
            answers(ROWS);
        } finally {
            unitOfWork.execute(
                    tx -> {
                        tx.execute("DROP FUNCTION die CASCADE");
                        tx.execute("DROP SEQUENCE updates");
                    });
        }
    }

    @Test
    void rows_from_before_keys_had_ids_are_counted_and_sealed_again() {
        answers(3);
        byte[] sealed =
                UnnamedForm.seal(
                        KeyFile.ring().current(),
                        "{\"secret\":1}",
                        "idempotency:%s:key 1".formatted(caller));
        unitOfWork.execute(
                tx ->
                        tx.execute(
                                "UPDATE idempotency SET body = ?1, body_sha256 = ?2 WHERE key = 'key 1'",
                                sealed,
                                Digest.of(new byte[0]).value()));
        assertThat(rows()).containsEntry("null", 1L);
        KeyId fresh = KeyFile.addKey();
        assertThat(stagecoach("keys", "show", "--service", "toy").out())
                .contains("before keys had ids");
        assertThat(stagecoach("keys", "rotate", "--service", "toy").exit()).isZero();
        assertThat(rows()).containsOnly(Map.entry(fresh.value(), 3L));
        KeyFile.dropOlder();
        answers(3);
    }

    @Test
    void a_row_that_was_tampered_with_is_told_and_keeps_no_other_row() {
        answers(3);
        unitOfWork.execute(
                tx ->
                        tx.execute(
                                "UPDATE idempotency SET body = set_byte(body, 20, 255 - get_byte(body, 20)) WHERE key = 'key 1'"));
        KeyId old = KeyFile.ring().current().id();
        KeyId fresh = KeyFile.addKey();
        Said rotated = stagecoach("keys", "rotate", "--service", "toy");
        assertThat(rotated.exit()).isEqualTo(1);
        assertThat(rotated.out())
                .contains(caller + " key 1", "was changed", "1 rows do not have key " + fresh);
        assertThat(rows()).containsOnly(Map.entry(old.value(), 1L), Map.entry(fresh.value(), 2L));
    }

    @Test
    void a_key_that_rows_still_need_is_named_when_it_is_gone() {
        answers(3);
        KeyRing before = KeyFile.ring();
        String lost = before.current().id().value();
        KeyFile.write(KeyRing.of(KeyFile.freshKey()));
        try {
            assertThat(stagecoach("keys", "show", "--service", "toy"))
                    .satisfies(
                            said -> {
                                assertThat(said.exit()).isEqualTo(1);
                                assertThat(said.out())
                                        .contains(
                                                lost + "  missing",
                                                "3 rows are sealed with key " + lost);
                            });
            admin().get(KEYS)
                    .then()
                    .body(
                            "problems",
                            hasItem(containsString("3 rows are sealed with key " + lost)));
            assertThat(stagecoach("keys", "rotate", "--service", "toy"))
                    .satisfies(
                            said -> {
                                assertThat(said.exit()).isEqualTo(1);
                                assertThat(said.out()).contains("is sealed with key " + lost);
                            });
        } finally {
            KeyFile.write(before);
        }
        answers(3);
    }

    @Test
    void keys_of_a_file_are_made_and_dropped_only_when_nothing_needs_them(@TempDir Path folder)
            throws Exception {
        answers(3);
        String file = KeyFile.path().toString();
        String old = KeyFile.ring().current().id().value();
        Said made = stagecoach("keys", "new", "--file", file);
        String fresh = KeyFile.ring().current().id().value();
        assertThat(made.exit()).isZero();
        assertThat(made.out()).contains(fresh, "keys rotate");
        assertThat(fresh).isNotEqualTo(old);
        assertThat(Files.getPosixFilePermissions(KeyFile.path())).hasSize(2);

        String[] drop = {"keys", "drop", old, "--file", file, "--service", "toy"};
        assertThat(stagecoach(drop))
                .satisfies(
                        said -> {
                            assertThat(said.exit()).isEqualTo(3);
                            assertThat(said.err())
                                    .contains("3 rows of toy need key " + old, "keys rotate");
                        });
        assertThat(KeyFile.ring().older()).contains(new KeyId(old));
        assertThat(stagecoach("keys", "drop", fresh, "--file", file, "--service", "toy").err())
                .contains("key " + fresh + " is the one that seals");
        assertThat(stagecoach("keys", "rotate", "--service", "toy").exit()).isZero();
        assertThat(stagecoach(drop).exit()).isZero();
        assertThat(KeyFile.ring().older()).doesNotContain(new KeyId(old));
        answers(3);

        Path first = folder.resolve("keys");
        assertThat(stagecoach("keys", "new", "--file", first.toString()).exit()).isZero();
        assertThat(KeyRing.parse(Files.readString(first)).older()).isEmpty();
        assertThat(made.out() + made.err())
                .doesNotContain(Files.readString(KeyFile.path(), StandardCharsets.UTF_8).strip());
    }

    @Test
    void the_local_default_says_where_its_key_file_lies() {
        LocalDefault local =
                () ->
                        Optional.of(
                                new LocalDefault.Found(
                                        url, Path.of("/nowhere"), Optional.of(KeyFile.path())));
        KeyId before = KeyFile.ring().current().id();
        assertThat(TestCli.run(new StagecoachCli(Map.of(), local), "keys", "new").exit()).isZero();
        assertThat(KeyFile.ring().older()).startsWith(before);
        assertThat(stagecoach("keys", "new"))
                .satisfies(
                        said -> {
                            assertThat(said.exit()).isEqualTo(2);
                            assertThat(said.err()).contains("say --file");
                        });
    }

    @Test
    void it_is_for_administrators_of_this_service() {
        given().get(KEYS).then().statusCode(401);
        given().header("Authorization", TestKeys.CONFIGURE.bearer())
                .get(KEYS)
                .then()
                .statusCode(403);
        given().header("Authorization", TestKeys.CONFIGURE.bearer())
                .post(KEYS + "/rotate")
                .then()
                .statusCode(403);
        admin().get("/api/v1/services/other/secret-keys").then().statusCode(404);
        admin().queryParam("cursor", "nonsense")
                .post(KEYS + "/rotate")
                .then()
                .statusCode(400)
                .body("errors[0].pointer", equalTo("?cursor"));
        assertThat(stagecoach("keys").err()).contains("show, rotate, new or drop");
    }
}
