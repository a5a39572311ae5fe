package stagecoach.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.agent.GatewayFrame;
import stagecoach.contracts.agent.TentacleFrame;

/**
 * Whatever comes over a connection is read as a whole frame or refused: nothing else happens, and
 * nothing that is read is half a frame.
 */
class MutatedFramesProperties {
    private static final int BYTE = 256;

    /** Stands for lists in lists, which a tree of nodes could not hold without overflowing. */
    private static final String DEEP = "<deep>";

    /** What is said, and what it is said as. */
    record Said(Class<?> family, String json) {}

    @Provide
    Arbitrary<Said> frames() {
        return Arbitraries.of(
                Stream.of(GatewayFrame.class, TentacleFrame.class)
                        .flatMap(
                                family ->
                                        Examples.recordsOf(family).stream()
                                                .map(Examples::of)
                                                .map(StagecoachJson::text)
                                                .map(json -> new Said(family, json)))
                        .toList());
    }

    @Provide
    Arbitrary<JsonNode> others() {
        var nodes = JsonNodeFactory.instance;
        return Arbitraries.of(
                nodes.nullNode(),
                nodes.booleanNode(true),
                nodes.numberNode(-1),
                nodes.numberNode(Long.MAX_VALUE),
                nodes.numberNode(1e300),
                nodes.textNode(""),
                nodes.textNode("\0"),
                nodes.textNode("x".repeat(5_000)),
                nodes.arrayNode().addNull(),
                nodes.arrayNode().add(1).add(nodes.objectNode()),
                nodes.objectNode().put("type", "Welcome"),
                nodes.textNode(DEEP));
    }

    @Property(tries = 3_000)
    void a_frame_whose_bytes_were_changed_is_a_whole_frame_or_none(
            @ForAll("frames") Said said,
            @ForAll @Size(min = 1, max = 4) List<@IntRange(max = 1 << 20) Integer> changes) {
        byte[] bytes = said.json().getBytes(StandardCharsets.UTF_8);
        for (int change : changes) {
            bytes[change / BYTE % bytes.length] = (byte) change;
        }
        isWholeOrNone(said.family(), new String(bytes, StandardCharsets.UTF_8));
    }

    @Property(tries = 2_000)
    void two_frames_cut_and_put_together_are_a_whole_frame_or_none(
            @ForAll("frames") Said head,
            @ForAll("frames") Said tail,
            @ForAll @IntRange(max = 2_000) int until,
            @ForAll @IntRange(max = 2_000) int from) {
        String put =
                head.json().substring(0, Math.min(until, head.json().length()))
                        + tail.json().substring(Math.min(from, tail.json().length()));
        isWholeOrNone(head.family(), put);
    }

    @Property(tries = 3_000)
    void a_frame_in_which_a_value_is_gone_or_another_is_a_whole_frame_or_none(
            @ForAll("frames") Said said,
            @ForAll @IntRange(max = 1_000) int which,
            @ForAll("others") JsonNode other,
            @ForAll boolean gone) {
        JsonNode tree = StagecoachJson.read(said.json(), JsonNode.class);
        List<JsonPointer> places = new ArrayList<>();
        collect(tree, JsonPointer.empty(), places);
        JsonPointer place = places.get(which % places.size());
        if (tree.at(place.head()) instanceof ObjectNode object) {
            if (gone) {
                object.remove(place.last().getMatchingProperty());
            } else {
                object.set(place.last().getMatchingProperty(), other);
            }
        } else if (tree.at(place.head()) instanceof ArrayNode array) {
            array.set(place.last().getMatchingIndex(), other);
        }
        String deep = "[".repeat(5_000) + "]".repeat(5_000);
        isWholeOrNone(said.family(), tree.toString().replace('"' + DEEP + '"', deep));
    }

    private static void collect(JsonNode tree, JsonPointer at, List<JsonPointer> into) {
        tree.properties()
                .forEach(
                        field -> {
                            JsonPointer place = at.appendProperty(field.getKey());
                            into.add(place);
                            collect(field.getValue(), place, into);
                        });
        for (int i = 0; tree.isArray() && i < tree.size(); i++) {
            into.add(at.appendIndex(i));
            collect(tree.get(i), at.appendIndex(i), into);
        }
    }

    @Property(tries = 1_000)
    void any_text_is_a_whole_frame_or_none(@ForAll String text) {
        isWholeOrNone(TentacleFrame.class, text);
        isWholeOrNone(GatewayFrame.class, text);
    }

    /** Read again from what it is written as, it is the same: it has nothing but what it says. */
    private static void isWholeOrNone(Class<?> family, String json) {
        Object read;
        try {
            read = StagecoachJson.readWhole(json, family);
        } catch (UncheckedIOException refused) {
            return;
        }
        assertThat(Wholeness.missing(read)).as(json).isEmpty();
        assertThat((Object) StagecoachJson.readWhole(StagecoachJson.text(read), family))
                .as(json)
                .isEqualTo(read);
    }

    @Test
    void what_is_missing_is_told_with_its_place() {
        assertThatThrownBy(
                        () ->
                                StagecoachJson.readWhole(
                                        "{\"type\":\"Started\"}", TentacleFrame.class))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("is no TentacleFrame: /ticket is missing");
        assertThat(Wholeness.missing(Optional.of(List.of("there")))).isEmpty();
    }
}
