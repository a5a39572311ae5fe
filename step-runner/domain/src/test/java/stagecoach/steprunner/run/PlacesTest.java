package stagecoach.steprunner.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import stagecoach.contracts.run.Pair;
import stagecoach.contracts.run.PairResult;
import stagecoach.contracts.run.StepState;
import stagecoach.steprunner.run.PlaceStage.AtWork;
import stagecoach.steprunner.run.PlaceStage.BackingOff;
import stagecoach.steprunner.run.PlaceStage.Ended;
import stagecoach.steprunner.run.PlaceStage.Waiting;
import stagecoach.steprunner.run.StepProgress.AtPlace;

/** Places are a map like any other, and what they count is what is there. */
class PlacesTest {
    /** One of the places, and how it stands from then on. */
    record Move(int place, PlaceStage stage) {}

    @Property(tries = 200)
    void they_are_the_map_that_a_plain_one_would_be(
            @ForAll @IntRange(max = 200) int size, @ForAll("moves") List<Move> moves) {
        Places places = places(size);
        Map<Pair, AtPlace> plain = new LinkedHashMap<>(places);
        List<Places> earlier = new ArrayList<>();
        List<Map<Pair, AtPlace>> earlierPlain = new ArrayList<>();
        for (Move move : moves) {
            if (size == 0) {
                continue;
            }
            earlier.add(places);
            earlierPlain.add(new LinkedHashMap<>(plain));
            String target = "t" + move.place() % size;
            Pair pair = Sheets.pair("a", target);
            places = places.with(pair, move.stage());
            plain.put(pair, new AtPlace(Sheets.target(target), move.stage()));
            assertThat(places.get(pair)).isEqualTo(plain.get(pair));
        }
        assertThat(places).isEqualTo(plain);
        assertThat(List.copyOf(places.entrySet())).isEqualTo(List.copyOf(plain.entrySet()));
        assertThat(earlier).isEqualTo(earlierPlain);
        var stages = plain.values().stream().map(AtPlace::stage).toList();
        assertThat(places.waiting()).isEqualTo(count(stages, Waiting.class));
        assertThat(places.backingOff()).isEqualTo(count(stages, BackingOff.class));
        assertThat(places.ended()).isEqualTo(count(stages, Ended.class));
        assertThat(places.busy())
                .isEqualTo(count(stages, AtWork.class) + count(stages, BackingOff.class));
        assertThat(places.failed())
                .isEqualTo(
                        (int)
                                stages.stream()
                                        .filter(
                                                stage ->
                                                        stage instanceof Ended ended
                                                                && StepProgress.isFailure(
                                                                        ended.result()))
                                        .count());
        assertThat(places.withOutputs())
                .isEqualTo(
                        (int)
                                stages.stream()
                                        .filter(
                                                stage ->
                                                        stage instanceof Ended ended
                                                                && !ended.outputs().isEmpty())
                                        .count());
    }

    @Example
    void a_place_that_is_named_twice_is_there_once_and_a_strange_one_is_refused() {
        var step = Sheets.step("a").planned();
        Places places =
                Places.of(
                        step,
                        List.of(Sheets.target("t1"), Sheets.target("t2"), Sheets.target("t1")));
        assertThat(places.keySet()).containsExactly(Sheets.pair("a", "t1"), Sheets.pair("a", "t2"));
        assertThat(places.waiting()).isEqualTo(2);
        assertThat(places.get(Sheets.pair("a", "t3"))).isNull();
        assertThatThrownBy(() -> places.with(Sheets.pair("a", "t3"), new Waiting()))
                .isInstanceOf(IllegalStateException.class);
    }

    private static Places places(int size) {
        return Places.of(
                Sheets.step("a").planned(),
                IntStream.range(0, size).mapToObj(i -> Sheets.target("t" + i)).toList());
    }

    private static int count(List<PlaceStage> stages, Class<?> kind) {
        return (int) stages.stream().filter(kind::isInstance).count();
    }

    @Provide
    Arbitrary<List<Move>> moves() {
        return Combinators.combine(Arbitraries.integers().between(0, 199), stages())
                .as(Move::new)
                .list()
                .ofMaxSize(100);
    }

    private static Arbitrary<PlaceStage> stages() {
        var ticket = Sheets.ticket("a", "t1", 1);
        return Arbitraries.of(StepState.SUCCEEDED, StepState.FAILED, StepState.UNKNOWN)
                .flatMap(
                        state ->
                                Arbitraries.of(
                                        new Waiting(),
                                        new AtWork(ticket, 1),
                                        new BackingOff(ticket, 1, "it failed", Sheets.NOON),
                                        ended(state, PlaceOutputs.NONE),
                                        ended(
                                                state,
                                                new PlaceOutputs(
                                                        Map.of("Color", "blue"),
                                                        List.of(),
                                                        Optional.empty()))));
    }

    private static Ended ended(StepState state, PlaceOutputs outputs) {
        return new Ended(
                new PairResult(
                        Sheets.pair("a", "t1"), Optional.empty(), state, Optional.empty(), false),
                outputs,
                Optional.empty());
    }
}
