package audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class AuditTest {
    private final List<String> notes = new ArrayList<>();
    private final Audit.Memory memory = new Audit.Memory();
    private final Audit audit = new Audit(memory, notes::add);

    private List<Row> take(List<Event> events) {
        return events.stream().flatMap(event -> audit.take(event).stream()).toList();
    }

    @Test
    void a_row_says_who_deployed_what_where_when_with_which_packages() {
        assertThat(take(Stories.succeeded("7f3k9qzm")))
                .containsExactly(
                        new Row(
                                List.of(
                                        "7f3k9qzm",
                                        "1",
                                        "SUCCEEDED",
                                        "ann",
                                        "shop",
                                        "1.4.0",
                                        "production",
                                        "web-1 web-2 worker-1",
                                        "2026-11-24T06:00:00Z",
                                        "2026-11-24T06:02:00Z",
                                        "2026-11-24T06:05:00Z",
                                        "built-in/Shop.Db 2.0.0 sha512:ab; built-in/Shop.Web 1.4.0 sha512:cd")));
        assertThat(notes).isEmpty();
    }

    @Test
    void each_attempt_has_a_row_and_names_who_asked_for_it() {
        assertThat(take(Stories.retried("7f3k9qzm")))
                .extracting(row -> row.cells().subList(1, 4), row -> row.cells().get(7))
                .containsExactly(
                        tuple(List.of("1", "FAILED", "ann"), "web-1 worker-1"),
                        tuple(List.of("2", "SUCCEEDED", "bob"), "web-1 web-2 worker-1"));
    }

    @Property(tries = 200)
    void late_and_repeated_events_change_no_row(@ForAll Random random) {
        var events = new ArrayList<>(Stories.retried("7f3k9qzm"));
        events.addAll(Stories.succeeded("8x2m4tnw"));
        var other = new Audit(new Audit.Memory(), notes::add);
        List<Row> inOrder = events.stream().flatMap(event -> other.take(event).stream()).toList();
        events.addAll(List.copyOf(events));
        Collections.shuffle(events, random);

        var late = new Audit.Memory();
        var audited = new Audit(late, notes::add);
        assertThat(events.stream().flatMap(event -> audited.take(event).stream()))
                .containsExactlyInAnyOrderElementsOf(inOrder);
        assertThat(late.repeats).isEqualTo(events.size() / 2);
        assertThat(late.waiting).isEmpty();
        assertThat(late.streams.values()).allMatch(seen -> seen.missing().isEmpty());
    }

    @Test
    void a_gap_is_told_and_nothing_is_concluded_from_what_is_behind_it() {
        List<Event> story = Stories.succeeded("7f3k9qzm");
        assertThat(take(List.of(story.get(0), story.get(1), story.get(4)))).isEmpty();
        assertThat(notes).containsExactly("deployment-7f3k9qzm lacks versions 3 to 4");
        assertThat(take(List.of(story.get(3)))).isEmpty();
        assertThat(take(List.of(story.get(2)))).hasSize(1);
        assertThat(notes)
                .containsExactly(
                        "deployment-7f3k9qzm lacks versions 3 to 4",
                        "deployment-7f3k9qzm lacks version 3",
                        "deployment-7f3k9qzm is whole again");
    }

    @Test
    void a_cell_is_quoted_where_it_must_be_and_never_calculates() {
        assertThat(new Row(List.of("plain", "a,b", "a \"b\"", "=1+1", "two\nlines")).csv())
                .isEqualTo("plain,\"a,b\",\"a \"\"b\"\"\",'=1+1,\"two\nlines\"\r\n");
    }

    @Test
    void both_forms_of_an_event_say_the_same() throws Exception {
        var record =
                new ConsumerRecord<>(
                        "stagecoach.deployments",
                        0,
                        7,
                        "k",
                        "{\"attempt\":1}".getBytes(StandardCharsets.UTF_8));
        List.of(
                        "ce_subject=deployment-7f3k9qzm",
                        "ce_streamversion=2",
                        "ce_type=stagecoach.DeploymentStarted.v1",
                        "ce_time=2026-11-24T06:00:00Z",
                        "ce_actor=ann")
                .forEach(
                        header ->
                                record.headers()
                                        .add(
                                                header.substring(0, header.indexOf('=')),
                                                header.substring(header.indexOf('=') + 1)
                                                        .getBytes(StandardCharsets.UTF_8)));
        assertThat(FromKafka.eventIn(record))
                .contains(
                        FromFeed.eventIn(
                                """
                                {"specversion":"1.0","id":"deployment-7f3k9qzm/2","type":"stagecoach.DeploymentStarted.v1",
                                 "subject":"deployment-7f3k9qzm","time":"2026-11-24T06:00:00Z","streamversion":2,
                                 "actor":"ann","data":{"attempt":1}}
                                """));
        record.headers().remove("ce_streamversion");
        assertThat(FromKafka.eventIn(record)).isEmpty();
    }
}
