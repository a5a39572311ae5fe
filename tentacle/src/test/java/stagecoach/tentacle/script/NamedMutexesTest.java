package stagecoach.tentacle.script;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import stagecoach.vocabulary.process.Mutex;

class NamedMutexesTest {
    private static final Mutex EXCLUSIVE = new Mutex("deploy", Mutex.Mode.EXCLUSIVE);
    private static final Mutex SHARED = new Mutex("deploy", Mutex.Mode.SHARED);

    private final NamedMutexes mutexes = new NamedMutexes();
    private final List<String> granted = new ArrayList<>();

    private NamedMutexes.Place enqueue(Mutex mutex, String holder) {
        return mutexes.enqueue(mutex, holder, () -> granted.add(holder));
    }

    @Test
    void shared_ones_overlap_and_an_exclusive_one_waits_for_all() {
        var a = enqueue(SHARED, "a");
        var b = enqueue(SHARED, "b");
        var c = enqueue(EXCLUSIVE, "c");
        assertThat(granted).containsExactly("a", "b");
        assertThat(c.holders()).containsExactly("a", "b");
        a.close();
        assertThat(c.isHeld()).isFalse();
        b.close();
        assertThat(granted).containsExactly("a", "b", "c");
    }

    @Test
    void a_shared_one_does_not_overtake_an_exclusive_one() {
        var a = enqueue(SHARED, "a");
        var b = enqueue(EXCLUSIVE, "b");
        var c = enqueue(SHARED, "c");
        assertThat(c.isHeld()).isFalse();
        a.close();
        assertThat(granted).containsExactly("a", "b");
        b.close();
        assertThat(granted).containsExactly("a", "b", "c");
        c.close();
    }

    /** Guards: the lock is the machine's, not the deployment's. */
    @Test
    void scripts_of_deployments_of_different_projects_take_turns_where_they_need_the_mutex() {
        var usual = new Mutex("default", Mutex.Mode.EXCLUSIVE);
        var shop = enqueue(usual, "script of shop");
        var bank = enqueue(usual, "script of bank");
        assertThat(granted).containsExactly("script of shop");
        assertThat(bank.holders()).containsExactly("script of shop");
        shop.close();
        assertThat(granted).containsExactly("script of shop", "script of bank");
        bank.close();
    }

    @Test
    void one_who_leaves_the_line_lets_those_behind_go_on() {
        var a = enqueue(SHARED, "a");
        var b = enqueue(EXCLUSIVE, "b");
        enqueue(SHARED, "c");
        b.close();
        assertThat(granted).containsExactly("a", "c");
        a.close();
        a.close();
    }

    @Test
    void other_names_do_not_matter() {
        enqueue(EXCLUSIVE, "a");
        mutexes.enqueue(new Mutex("backup", Mutex.Mode.EXCLUSIVE), "b", () -> granted.add("b"));
        assertThat(granted).containsExactly("a", "b");
    }
}
