package stagecoach.runtime.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import stagecoach.decider.StreamId;
import stagecoach.runtime.toy.AccountEvent;
import stagecoach.wire.StagecoachJson;

class CodecTest {
    private static byte[] json(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Once, an account was opened by somebody. */
    private record Renamed(String from, String to) implements Upcaster {
        @Override
        public ObjectNode upcast(ObjectNode old) {
            old.set("owner", old.remove(from.contains("v1") ? "by" : "who"));
            if (to.contains("Started")) {
                old.set("who", old.remove("owner"));
            }
            return old;
        }
    }

    @Test
    void an_event_of_any_family_comes_back_as_it_was() {
        var codecs = Codecs.withoutUpcasters();
        var event = new AccountEvent.Deposited(7, "a");
        assertThat(Codecs.typeOf(event)).isEqualTo("stagecoach.Deposited.v1");
        assertThat(codecs.decode(AccountEvent.class, Codecs.typeOf(event), codecs.encode(event)))
                .isEqualTo(event);
        // A newer build may have added fields.
        assertThat(
                        codecs.decode(
                                AccountEvent.class,
                                "stagecoach.Opened.v1",
                                json("{\"type\":\"Opened\",\"owner\":\"ann\",\"colour\":\"red\"}")))
                .isEqualTo(new AccountEvent.Opened("ann"));
    }

    @Test
    void what_this_build_does_not_know_is_said_to_be_so() {
        var codecs = Codecs.withoutUpcasters();
        assertThatThrownBy(
                        () -> codecs.decode(AccountEvent.class, "stagecoach.Opened.v9", json("{}")))
                .isInstanceOf(Undecodable.class)
                .hasMessageContaining("stagecoach.Opened.v9");
        assertThatThrownBy(
                        () -> codecs.decode(AccountEvent.class, "stagecoach.Opened.v1", json("[")))
                .isInstanceOf(Undecodable.class);
    }

    @Test
    void old_types_are_lifted_step_by_step() {
        var codecs =
                new Codecs(
                        List.of(
                                new Renamed("toy.AccountBegun.v1", "toy.AccountStarted.v2"),
                                new Renamed("toy.AccountStarted.v2", "stagecoach.Opened.v1")));
        assertThat(
                        codecs.decode(
                                AccountEvent.class,
                                "toy.AccountBegun.v1",
                                json("{\"type\":\"AccountBegun\",\"by\":\"ann\"}")))
                .isEqualTo(new AccountEvent.Opened("ann"));
        assertThatThrownBy(
                        () ->
                                new Codecs(
                                        List.of(
                                                new Renamed("a.v1", "b"),
                                                new Renamed("a.v1", "c"))))
                .hasMessageContaining("two upcasters");
    }

    @Test
    void an_envelope_comes_back_from_headers_as_it_was() {
        var full =
                new Envelope(
                        new StreamId("steprun-7f3k9qzm-3"),
                        12,
                        0,
                        "stagecoach.StepStarted.v1",
                        "step-runner",
                        Instant.parse("2026-11-23T06:00:00.123456Z"),
                        Optional.of("7f3k9qzm"),
                        Optional.of("shop"),
                        Optional.of("production"),
                        Optional.of(3),
                        Optional.of("deployment-7f3k9qzm/4"),
                        Optional.of("ann"));
        var headers = new RecordHeaders();
        full.addTo(headers);
        assertThat(Envelope.of(Envelope.textOf(headers))).isEqualTo(full);
    }

    @Test
    void strangers_are_told_of_exactly_these_headers() throws IOException {
        JsonNode told =
                StagecoachJson.mapper()
                        .readTree(Path.of("..", "..", "docs", "events", "asyncapi.json").toFile())
                        .at("/components/schemas/Headers");
        var stream = new StreamId("account-1");
        var some = Optional.of("s");
        var none = Optional.<String>empty();
        var full =
                new Envelope(
                        stream,
                        2,
                        0,
                        "t",
                        "s",
                        Instant.EPOCH,
                        some,
                        some,
                        some,
                        Optional.of(1),
                        some,
                        some);
        var bare =
                new Envelope(
                        stream,
                        2,
                        0,
                        "t",
                        "s",
                        Instant.EPOCH,
                        none,
                        none,
                        none,
                        Optional.empty(),
                        none,
                        none);
        assertThat(told.path("properties").properties())
                .extracting(Map.Entry::getKey)
                .containsExactlyInAnyOrderElementsOf(full.headers().keySet());
        assertThat(told.path("required"))
                .extracting(JsonNode::asText)
                .containsExactlyInAnyOrderElementsOf(bare.headers().keySet());
    }

    @Test
    void headers_that_name_no_event_are_refused() {
        Map<String, String> good =
                new Envelope(
                                new StreamId("account-1"),
                                2,
                                1,
                                "t",
                                "s",
                                Instant.EPOCH,
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty())
                        .headers();
        assertThat(Envelope.of(good).slot()).isEqualTo(1);
        for (String header :
                List.of("ce_id", "ce_subject", "ce_streamversion", "ce_type", "ce_time")) {
            var missing = new LinkedHashMap<>(good);
            missing.remove(header);
            assertThatThrownBy(() -> Envelope.of(missing)).isInstanceOf(Undecodable.class);
            var wrong = new LinkedHashMap<>(good);
            wrong.put(header, "???");
            if (!header.equals("ce_type")) {
                assertThatThrownBy(() -> Envelope.of(wrong)).isInstanceOf(Undecodable.class);
            }
        }
    }
}
