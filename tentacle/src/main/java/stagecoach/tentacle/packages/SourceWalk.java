package stagecoach.tentacle.packages;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import stagecoach.contracts.acquisition.ServedBy;
import stagecoach.contracts.agent.AcquisitionResult;
import stagecoach.tentacle.packages.PackageEndpoint.Resolved;
import stagecoach.tentacle.packages.PackageReader.Try;
import stagecoach.trust.Identity;
import stagecoach.vocabulary.packages.PackagePin;

/**
 * Walks the sources of one package in their order until one has given all its bytes and they are
 * right. What one source has given, the next goes on with; if the whole is then wrong, the last one
 * must give all of it before it is blamed. One whose bytes come too slowly is left for the next.
 */
final class SourceWalk {
    private static final Logger LOG = LoggerFactory.getLogger(SourceWalk.class);

    private final PackageStore store;
    private final PackagePin pin;
    private final Supplier<Identity> identity;
    private final FetchRules rules;
    private final DownSources downs;
    private final LongConsumer progress;
    private final List<String> broken = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();
    private final RunningDigest along;
    private long bytes;
    private int tries;

    /** Whether one of those that failed in this round may do better in the next. */
    private boolean mayComeBack;

    /**
     * @param downs which sources were silent lately
     * @param broken copies already known to be wrong, in words
     * @param progress told how many bytes are there
     */
    SourceWalk(
            PackageStore store,
            PackagePin pin,
            Supplier<Identity> identity,
            FetchRules rules,
            DownSources downs,
            List<String> broken,
            LongConsumer progress) {
        this.store = store;
        this.pin = pin;
        this.identity = identity;
        this.rules = rules;
        this.downs = downs;
        this.progress = progress;
        this.along = new RunningDigest(pin.size());
        this.broken.addAll(broken);
    }

    /** Whether some source had all of it, and if not, why not. */
    sealed interface Walked {
        /** It is in the store. */
        record Arrived(AcquisitionResult result) implements Walked {}

        /** No source had it. */
        record Failed(String reason) implements Walked {}
    }

    Walked walk(List<Resolved> sources) throws IOException, InterruptedException {
        List<PackageEndpoint> usable = new ArrayList<>();
        for (Resolved source : sources) {
            switch (source) {
                case Resolved.Unusable(String label, String reason) ->
                        failures.add(label + ": " + reason);
                case Resolved.Usable(PackageEndpoint endpoint) -> usable.add(endpoint);
            }
        }
        List<String> unusable = List.copyOf(failures);
        Duration pause = rules.roundPause();
        for (int round = 1; ; round++) {
            Optional<Walked.Arrived> arrived = askAll(usable);
            if (arrived.isPresent()) {
                return arrived.get();
            }
            if (!mayComeBack || round >= rules.roundsMax()) {
                return new Walked.Failed(
                        failures.isEmpty() ? "no source was named" : String.join("; ", failures));
            }
            // Whoever is being started again is back in a while; one that refused is asked again
            // with it.
            Thread.sleep(pause);
            pause = pause.multipliedBy(2);
            failures.clear();
            failures.addAll(unusable);
        }
    }

    private Optional<Walked.Arrived> askAll(List<PackageEndpoint> usable)
            throws IOException, InterruptedException {
        mayComeBack = false;
        List<PackageEndpoint> ordered =
                DownSources.downLast(usable, source -> downs.isDown(source.place()));
        for (int n = 0; n < ordered.size(); n++) {
            boolean last = n == ordered.size() - 1;
            Optional<AcquisitionResult> arrived = ask(ordered.get(n), last);
            if (arrived.isPresent()) {
                if (!failures.isEmpty()) {
                    LOG.warn(
                            "{} {} came from {}, since others failed: {}",
                            pin.id(),
                            pin.version(),
                            ordered.get(n).label(),
                            String.join("; ", failures));
                }
                return Optional.of(new Walked.Arrived(arrived.get()));
            }
        }
        return Optional.empty();
    }

    /**
     * Asks one source, as often as it is worth it.
     *
     * @param last whether there is no other behind it; only then it is worth it to be patient with
     *     one that does not answer at all
     */
    private Optional<AcquisitionResult> ask(PackageEndpoint endpoint, boolean last)
            throws IOException, InterruptedException {
        // Bytes that were there before may be another's.
        boolean allItsOwn = store.partialBytes(pin) == 0;
        int fruitless = 0;
        String problem = "";
        boolean silent = false;
        int busyTimes = 0;
        Duration asked = Duration.ZERO;
        Duration connectMax = last ? rules.connectMax() : rules.connectQuickMax();
        Duration longest = (last ? rules.givenUpAfter() : rules.leftAfter()).of(pin.size());
        long begunAt = System.nanoTime();
        BooleanSupplier inTime = () -> System.nanoTime() - begunAt < longest.toNanos();
        try (PackageReader reader = reader(endpoint, connectMax)) {
            for (int n = 0; n < rules.triesMax() && fruitless < rules.fruitlessMax(); n++) {
                if (n > 0) {
                    Thread.sleep(longer(pause(fruitless), asked));
                    asked = Duration.ZERO;
                }
                long before = bytes;
                Try tried = go(reader, inTime);
                if (!(tried instanceof Try.Silent || tried instanceof Try.Busy)) {
                    downs.answered(endpoint.place());
                }
                silent = tried instanceof Try.Busy;
                switch (tried) {
                    case Try.Complete(long startedAt) -> {
                        allItsOwn |= startedAt == 0;
                        Optional<String> wrong = store.keep(pin, along);
                        if (wrong.isEmpty()) {
                            return Optional.of(result(endpoint.servedBy(), startedAt));
                        }
                        if (allItsOwn && !reader.becomesAnother()) {
                            return blame(endpoint, "gave " + wrong.get());
                        }
                        problem =
                                allItsOwn
                                        ? "gave " + wrong.get()
                                        : "what several sources gave did not fit together";
                        allItsOwn = true;
                    }
                    case Try.Silent(String reason) -> {
                        downs.silent(endpoint.place());
                        mayComeBack = true;
                        problem = reason;
                        if (!last) {
                            failures.add(endpoint.label() + ": " + reason);
                            return Optional.empty();
                        }
                    }
                    case Try.Busy(String reason) -> {
                        problem = reason;
                        busyTimes++;
                        if (!last && (busyTimes > 1 || downs.isDown(endpoint.place()))) {
                            // It hangs: the others can do with the time.
                            downs.silent(endpoint.place());
                            mayComeBack = true;
                            failures.add(endpoint.label() + ": " + reason);
                            return Optional.empty();
                        }
                    }
                    case Try.Interrupted(String reason, Optional<Duration> after) -> {
                        allItsOwn |= store.partialBytes(pin) == 0;
                        problem = reason;
                        asked = shorter(after.orElse(Duration.ZERO), patience(last));
                    }
                    case Try.Left() -> {
                        // Better slowly than not at all: unless it was the last one, it is asked
                        // again when the others have failed.
                        mayComeBack |= !last;
                        failures.add(
                                "%s: was too slow: %d of %d bytes were here after %d s"
                                        .formatted(
                                                endpoint.label(),
                                                store.partialBytes(pin),
                                                pin.size(),
                                                longest.toSeconds()));
                        return Optional.empty();
                    }
                    case Try.Refused(String reason) -> {
                        failures.add(endpoint.label() + ": " + reason);
                        return Optional.empty();
                    }
                    case Try.Wrong(String reason) -> {
                        store.dropPartial(pin);
                        return blame(endpoint, reason);
                    }
                }
                fruitless = bytes > before ? 0 : fruitless + 1;
            }
        }
        if (silent) {
            // The next package shall not wait for it as long.
            downs.silent(endpoint.place());
        }
        mayComeBack = true;
        failures.add(endpoint.label() + ": " + problem);
        return Optional.empty();
    }

    /** How long a source that asks for a pause is waited for: others may have it meanwhile. */
    private Duration patience(boolean last) {
        return last ? rules.downFor() : rules.backoffMax();
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private PackageReader reader(PackageEndpoint endpoint, Duration connectMax) {
        return switch (endpoint) {
            case PackageEndpoint.Web web ->
                    new PackageDownload(web, pin, rules, connectMax, identity, downs);
            case PackageEndpoint.Mounted mounted -> new MountedRead(mounted, pin, rules);
            case PackageEndpoint.NuGet server ->
                    new NuGetRead(server, pin, rules, connectMax, identity, downs);
        };
    }

    private Try go(PackageReader reader, BooleanSupplier inTime)
            throws IOException, InterruptedException {
        tries++;
        try (FileChannel partial = store.openPartial(pin)) {
            if (partial.size() > pin.size()) {
                partial.truncate(0);
            }
            if (partial.size() == pin.size() && pin.size() > 0) {
                return new Try.Complete(partial.size());
            }
            long[] there = {partial.size()};
            return reader.go(
                    partial,
                    along,
                    count -> {
                        bytes += count;
                        there[0] += count;
                        progress.accept(Math.min(there[0], pin.size()));
                        return there[0] == pin.size() || inTime.getAsBoolean();
                    });
        }
    }

    private Optional<AcquisitionResult> blame(PackageEndpoint endpoint, String what) {
        String sentence = endpoint.label() + " " + what;
        broken.add(sentence);
        failures.add(sentence);
        return Optional.empty();
    }

    private AcquisitionResult result(ServedBy servedBy, long startedAt) {
        return new AcquisitionResult(servedBy, bytes, startedAt, tries, broken);
    }

    private Duration pause(int fruitless) {
        long most =
                Math.min(
                        rules.backoffMax().toMillis(),
                        rules.backoffFirst().toMillis() << Math.min(fruitless, 10));
        return Duration.ofMillis(ThreadLocalRandom.current().nextLong(most / 2, most + 1));
    }
}
