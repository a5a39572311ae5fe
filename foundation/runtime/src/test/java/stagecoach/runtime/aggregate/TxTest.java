package stagecoach.runtime.aggregate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Vertx;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.configuration.ConfigurationDocument.Role;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.runtime.toy.BalanceRow;
import stagecoach.runtime.toy.ToyTest;

@ToyTest
class TxTest {
    @Inject UnitOfWork unitOfWork;
    @Inject Vertx vertx;

    private final long id = ThreadLocalRandom.current().nextLong();

    @Test
    void every_kind_of_value_goes_in_and_comes_out_again() {
        var at = Instant.now().truncatedTo(ChronoUnit.MICROS);
        var uuid = UUID.randomUUID();
        byte[] bytes = "bytes".getBytes(StandardCharsets.UTF_8);
        unitOfWork.execute(
                tx -> {
                    int rows =
                            tx.execute(
                                    "INSERT INTO kinds_of_values (id, t, l, i, b, u, at, bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                                    id,
                                    "it's ?1",
                                    Long.MAX_VALUE,
                                    Integer.MIN_VALUE,
                                    true,
                                    uuid,
                                    at,
                                    bytes);
                    assertThat(rows).isEqualTo(1);
                });
        unitOfWork.execute(
                tx -> {
                    var row =
                            tx.rows(
                                            "SELECT t, l, i, b, u, at, bytes, '?1', ARRAY[t], ARRAY[l] FROM kinds_of_values WHERE id = ?1",
                                            id)
                                    .getFirst();
                    assertThat(row[0]).isEqualTo("it's ?1");
                    assertThat(row[1]).isEqualTo(Long.MAX_VALUE);
                    assertThat(row[2]).isEqualTo(Integer.MIN_VALUE);
                    assertThat(row[3]).isEqualTo(true);
                    assertThat(row[4]).isEqualTo(uuid);
                    assertThat(row[5]).isEqualTo(at);
                    assertThat(row[6]).isEqualTo(bytes);
                    assertThat(row[7]).isEqualTo("?1");
                    assertThat(row[8]).isEqualTo(new String[] {"it's ?1"});
                    assertThat(row[9]).isEqualTo(new Long[] {Long.MAX_VALUE});
                });
    }

    @Test
    void nulls_and_arrays_and_enums_are_bound() {
        unitOfWork.execute(
                tx -> {
                    tx.execute(
                            "INSERT INTO kinds_of_values (id, t, l, i, b, u, at, bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                            id,
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            null);
                    assertThat(
                                    tx.rows(
                                                    "SELECT t, l, i, b, u, at, bytes FROM kinds_of_values WHERE id = ?1",
                                                    id)
                                            .getFirst())
                            .containsOnlyNulls();
                    tx.execute(
                            "UPDATE kinds_of_values SET t = ?2, l = 7 WHERE id = ?1",
                            id,
                            Role.DEPLOY);
                    assertThat(
                                    tx.rows(
                                            "SELECT id FROM kinds_of_values WHERE t = ANY(?1) AND l = ANY(?2) AND id = ANY(?3)",
                                            new String[] {"DEPLOY", "READ"},
                                            new Long[] {6L, 7L},
                                            new Long[] {id}))
                            .hasSize(1);
                    assertThat(
                                    tx.rows(
                                            "SELECT 1 WHERE ?1::timestamptz = ANY(?2::timestamptz[])",
                                            Instant.EPOCH,
                                            new Instant[] {Instant.EPOCH}))
                            .hasSize(1);
                    assertThat(
                                    tx.rows(
                                            "SELECT u FROM unnest(?1::uuid[]) AS u",
                                            (Object) new UUID[] {UUID.randomUUID()}))
                            .hasSize(1);
                    assertThat(tx.rows("SELECT 1 WHERE false")).isEmpty();
                });
    }

    @Test
    void what_is_only_read_needs_no_transaction_and_what_locks_or_changes_begins_one() {
        unitOfWork.execute(
                tx -> {
                    assertThat(inTransaction(tx)).isFalse();
                    tx.find(BalanceRow.class, "nobody");
                    assertThat(inTransaction(tx)).isFalse();
                    tx.rows("SELECT id FROM kinds_of_values WHERE id = ?1 FOR UPDATE", id);
                    assertThat(inTransaction(tx)).isTrue();
                });
        unitOfWork.execute(
                tx -> {
                    tx.executeLater("UPDATE kinds_of_values SET t = 'a' WHERE id = ?1", id);
                    assertThat(inTransaction(tx)).isTrue();
                });
    }

    /** A transaction's time stands still; without one each statement has its own. */
    private static boolean inTransaction(Tx tx) {
        String now = "SELECT current_timestamp";
        return tx.rows(now).getFirst()[0].equals(tx.rows(now).getFirst()[0]);
    }

    @Test
    void what_is_executed_later_is_there_for_the_next_statement_and_after_the_commit() {
        unitOfWork.execute(
                tx -> {
                    tx.executeLater("INSERT INTO kinds_of_values (id, t) VALUES (?1, 'a')", id);
                    assertThat(texts(tx)).containsExactly("a");
                    tx.executeLater("UPDATE kinds_of_values SET t = 'b' WHERE id = ?1", id);
                    tx.executeLater("UPDATE kinds_of_values SET t = t || 'c' WHERE id = ?1", id);
                });
        assertThat(unitOfWork.run(this::texts)).containsExactly("bc");
    }

    @Test
    void what_is_executed_later_and_fails_fails_the_commit_and_leaves_nothing() {
        for (String wrong :
                List.of(
                        "INSERT INTO kinds_of_values (id, t) VALUES (1 / 0, 'a')",
                        "INSERT INTO no_such_table (id) VALUES (7)",
                        "no statement at all")) {
            assertThatThrownBy(
                            () ->
                                    unitOfWork.executeOnce(
                                            tx -> {
                                                tx.executeLater(
                                                        "INSERT INTO kinds_of_values (id, t) VALUES (?1, 'a')",
                                                        id);
                                                tx.executeLater(
                                                        e ->
                                                                new IllegalArgumentException(
                                                                        "told", e),
                                                        wrong);
                                                tx.executeLater(
                                                        "UPDATE kinds_of_values SET t = 'b' WHERE id = ?1",
                                                        id);
                                            }))
                    .as(wrong)
                    .isInstanceOf(IllegalArgumentException.class);
            assertThat(unitOfWork.run(this::texts)).as(wrong).isEmpty();
        }
    }

    @Test
    void what_the_driver_itself_refuses_fails_the_commit_and_leaves_nothing() {
        for (boolean known : List.of(false, true)) {
            assertThatThrownBy(
                            () ->
                                    unitOfWork.executeOnce(
                                            tx -> {
                                                tx.executeLater(
                                                        "INSERT INTO kinds_of_values (id, t) VALUES (?1, 'a')",
                                                        id);
                                                tx.executeLater(
                                                        "UPDATE kinds_of_values SET l = ?2 WHERE id = ?1",
                                                        id,
                                                        "no number");
                                            }))
                    .as("prepared before: %s", known)
                    .isInstanceOf(RuntimeException.class);
            assertThat(unitOfWork.run(this::texts)).isEmpty();
        }
    }

    @Test
    void a_transaction_of_which_a_statement_failed_is_not_committed_whoever_catches_that() {
        var afterCommit = new AtomicReference<>("nothing");
        assertThatThrownBy(
                        () ->
                                unitOfWork.execute(
                                        tx -> {
                                            unitOfWork.afterCommit(
                                                    tx, () -> afterCommit.set("all"));
                                            tx.execute(
                                                    "INSERT INTO kinds_of_values (id, t) VALUES (?1, 'a')",
                                                    id);
                                            assertThatThrownBy(
                                                    () ->
                                                            tx.execute(
                                                                    "UPDATE kinds_of_values SET l = ?2 WHERE id = ?1",
                                                                    id,
                                                                    "no number"));
                                        }))
                .isInstanceOf(RuntimeException.class);
        assertThat(unitOfWork.run(this::texts)).isEmpty();
        assertThat(afterCommit).hasValue("nothing");
    }

    private List<Object> texts(Tx tx) {
        return tx.rows("SELECT t FROM kinds_of_values WHERE id = ?1", id).stream()
                .map(row -> row[0])
                .toList();
    }

    @Test
    void entities_are_inserted_found_updated_queried_and_deleted() {
        String name = UUID.randomUUID().toString();
        unitOfWork.execute(tx -> tx.insertAll(List.of(row(name + "a", 1), row(name + "b", 2))));
        unitOfWork.execute(
                tx -> {
                    tx.insert(row(name + "c", 3));
                    tx.upsert(row(name + "a", 10));
                    tx.upsert(row(name + "d", 4));
                    tx.update(row(name + "b", 20));
                    tx.delete(row(name + "c", 3));
                });
        unitOfWork.execute(
                tx -> {
                    assertThat(tx.find(BalanceRow.class, name + "a").orElseThrow().balance)
                            .isEqualTo(10);
                    assertThat(tx.find(BalanceRow.class, name + "c")).isEmpty();
                    assertThat(
                                    tx.query(
                                            Long.class,
                                            "select balance from BalanceRow where account like ?1 and balance > ?2 order by account",
                                            name + "%",
                                            5L))
                            .containsExactly(10L, 20L);
                    assertThat(
                                    tx.page(
                                            BalanceRow.class,
                                            "from BalanceRow where account like ?1 order by account desc",
                                            2,
                                            name + "%"))
                            .extracting(r -> r.account)
                            .containsExactly(name + "d", name + "b");
                });
    }

    private static BalanceRow row(String account, long balance) {
        var row = new BalanceRow();
        row.account = account;
        row.balance = balance;
        return row;
    }

    @Test
    void an_event_loop_is_told_to_use_a_virtual_thread() throws Exception {
        var thrown = new CompletableFuture<Throwable>();
        vertx.getOrCreateContext()
                .runOnContext(
                        v -> {
                            try {
                                unitOfWork.execute(tx -> {});
                                thrown.complete(new AssertionError("it ran"));
                            } catch (IllegalStateException e) {
                                thrown.complete(e);
                            }
                        });
        assertThat(thrown.get(StagecoachResource.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .hasMessageContaining("virtual thread");
    }

    @Test
    void a_transaction_is_not_begun_inside_another_one_nor_used_elsewhere_or_later()
            throws Exception {
        var kept = new AtomicReference<Tx>();
        unitOfWork.execute(
                tx -> {
                    kept.set(tx);
                    assertThatThrownBy(() -> unitOfWork.execute(inner -> {}))
                            .hasMessageContaining("has a transaction already");
                });
        assertThatThrownBy(() -> kept.get().rows("SELECT 1")).hasMessageContaining("has ended");
        var thrown = new CompletableFuture<Throwable>();
        unitOfWork.execute(
                tx -> {
                    Thread.ofVirtual()
                            .start(
                                    () -> {
                                        try {
                                            tx.rows("SELECT 1");
                                            thrown.complete(new AssertionError("it ran"));
                                        } catch (IllegalStateException e) {
                                            thrown.complete(e);
                                        }
                                    });
                    assertThat(thrown.join()).hasMessageContaining("belongs to the thread");
                });
    }

    @Test
    void a_virtual_thread_may_run_transactions_and_their_result_may_be_anything() throws Exception {
        var result = new CompletableFuture<Optional<String>>();
        Thread.ofVirtual()
                .start(
                        () ->
                                result.complete(
                                        unitOfWork.run(
                                                tx ->
                                                        Optional.of(
                                                                (String)
                                                                        tx.rows(
                                                                                        "SELECT current_schema()")
                                                                                .getFirst()[0]))));
        assertThat(result.get(StagecoachResource.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .contains("toy");
    }

    @Test
    void a_wrong_statement_is_the_programs_fault_and_not_the_databases_absence() {
        assertThatThrownBy(() -> unitOfWork.execute(tx -> tx.rows("SELEC 1")))
                .isNotInstanceOf(stagecoach.runtime.store.TemporaryFailure.class)
                .hasMessageContaining("SELEC");
        unitOfWork.execute(tx -> assertThat(tx.rows("SELECT 1")).hasSize(1));
    }

    @Test
    void a_schema_of_another_version_and_a_database_that_only_reads_are_waited_for() {
        assertThatThrownBy(
                        () ->
                                unitOfWork.execute(
                                        tx -> tx.rows("SELECT younger FROM event LIMIT 1")))
                .isInstanceOf(stagecoach.runtime.store.TemporaryFailure.class)
                .hasMessageContaining("another schema");
        assertThatThrownBy(() -> unitOfWork.execute(tx -> tx.rows("SELECT 1 FROM younger")))
                .isInstanceOf(stagecoach.runtime.store.TemporaryFailure.class)
                .hasMessageContaining("another schema");
        assertThatThrownBy(
                        () ->
                                unitOfWork.execute(
                                        tx -> {
                                            tx.execute("SET TRANSACTION READ ONLY");
                                            tx.execute(
                                                    "UPDATE kinds_of_values SET l = 1 WHERE id = ?1",
                                                    id);
                                        }))
                .isInstanceOf(stagecoach.runtime.store.TemporaryFailure.class)
                .hasMessageContaining("allows only reads");
    }

    @Test
    void a_plan_that_was_kept_over_a_change_of_the_schema_is_a_reason_to_try_again() {
        unitOfWork.execute(tx -> tx.execute("CREATE TABLE IF NOT EXISTS grown (a bigint)"));
        assertThatThrownBy(
                        () ->
                                unitOfWork.execute(
                                        tx -> {
                                            tx.execute("PREPARE kept AS SELECT * FROM grown");
                                            tx.execute(
                                                    "ALTER TABLE grown ADD COLUMN IF NOT EXISTS b bigint");
                                            tx.execute("EXECUTE kept");
                                        }))
                .isInstanceOf(stagecoach.runtime.store.TemporaryFailure.class);
    }
}
