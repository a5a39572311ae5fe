package stagecoach.packages.app.replication;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.quarkus.logging.Log;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import stagecoach.packages.app.budget.Paces;
import stagecoach.packages.app.catalog.CacheCredentials;
import stagecoach.packages.app.catalog.CacheRow;
import stagecoach.packages.app.replication.NuGetTalk.Present;
import stagecoach.packages.app.replication.NuGetTalk.Service;
import stagecoach.packages.feeds.transport.NamedServers;
import stagecoach.packages.feeds.transport.WayOut;
import stagecoach.packages.server.blob.BlobStore;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.packages.PackagePin;

/**
 * Pushes packages to NuGet servers of others, by the third protocol: single tries. What such a
 * server holds is never read back; its length is enough here, and tentacles near to it tell when
 * the bytes are others.
 */
@Singleton
class NuGetPush {
    private static final Duration LOOK_EVERY = Duration.ofMillis(500);

    private final BlobStore blobs;
    private final Paces paces;
    private final ReplicationConfig config;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final NamedServers servers;

    NuGetPush(BlobStore blobs, Paces paces, ReplicationConfig config, WayOut way) {
        this.blobs = blobs;
        this.paces = paces;
        this.config = config;
        this.servers = new NamedServers(way, config.connectMax(), threads);
    }

    @PreDestroy
    void stop() {
        servers.close();
        threads.shutdownNow();
    }

    /** How the tries of one fill have gone so far. */
    static final class Course {
        /** Pushes of all bytes to which the server said nothing of its own. */
        private int unanswered;

        /** Whether the last push was cut off: an answer is lost with the line that it comes on. */
        private boolean cut;

        /** Whether what is wrong was seen to be gone, so that what is seen since was pushed. */
        private boolean gone;

        /** Whether what is seen there may still be what somebody got wrong bytes from. */
        private boolean doubts(boolean suspect) {
            return suspect && !gone;
        }
    }

    /**
     * Sees to it that a server holds a package, as far as its length tells.
     *
     * @param suspect whether a tentacle got other bytes there, so that they are to be replaced
     * @param course of the tries of this fill
     * @return how many bytes were sent; 0 if it was there
     */
    long push(
            CacheRow row,
            CacheCredentials credentials,
            PackagePin pin,
            boolean suspect,
            Course course,
            FillWatch watch)
            throws CacheFailure, InterruptedException {
        var talk = new NuGetTalk(row, credentials, pin, servers, config);
        Service service = talk.service();
        Optional<Present> present = talk.present(service);
        if (present.isPresent()) {
            if (!course.doubts(suspect) && present.get().mayBe(pin)) {
                // A push that was not answered may be what is there.
                return course.unanswered > 0 ? pin.size() : 0;
            }
            // Servers that only hide what is deleted tell at the push.
            if (!talk.delete(service)) {
                throw notReplaced(talk);
            }
        }
        try {
            if (course.doubts(suspect)) {
                // One that only hides what it is to delete gives it on to whoever asks for it.
                course.gone = present.isEmpty() || talk.present(service).isEmpty();
            }
            return sent(talk, service, suspect, course, watch);
        } catch (CacheFailure e) {
            if (present.isPresent()) {
                listAgain(talk, service);
            }
            throw e.whereItIsAbsent();
        }
    }

    private long sent(
            NuGetTalk talk, Service service, boolean suspect, Course course, FillWatch watch)
            throws CacheFailure, InterruptedException {
        var sent = new AtomicLong();
        long begunAt = System.nanoTime();
        int status;
        try {
            status = send(talk, service, course.cut, watch, sent);
        } catch (CacheFailure.Declined e) {
            course.cut = false;
            throw e;
        } catch (CacheFailure broken) {
            if (!broken.temporary()) {
                throw broken;
            }
            course.cut = sent.get() > 0 && isCut(broken);
            CacheFailure e = course.cut ? cutOff(broken) : broken;
            if (sent.get() < talk.pin().size()) {
                throw inTheMiddle(talk, sent.get(), e);
            }
            Duration taken = Duration.ofNanos(System.nanoTime() - begunAt);
            return unanswered(talk, service, suspect, course, watch, e, lookFor(e, taken));
        }
        boolean taken = status != 409;
        // Of what was gone, it may say so for a push of ours that it did not answer.
        if (!taken && suspect && !(course.gone && course.unanswered > 0)) {
            throw notReplaced(talk);
        }
        return shown(talk, service, taken, course, watch);
    }

    private static boolean isCut(CacheFailure e) {
        return e.getCause() instanceof IOException
                && !(e.getCause() instanceof HttpTimeoutException)
                && !e.isAway();
    }

    private static CacheFailure cutOff(CacheFailure e) {
        return new CacheFailure(
                true,
                e.reason()
                        + " (the line was cut, and what it answered before, such as that it has no room or takes nothing so large, may be lost with it: see its log)",
                e.getCause());
    }

    /** It has too few bytes to have the package. */
    private static CacheFailure inTheMiddle(NuGetTalk talk, long sent, CacheFailure e) {
        return sent == 0 || !e.after().isZero()
                ? e
                : new CacheFailure(
                        true,
                        "%s; %d of %d bytes of %s were on their way"
                                .formatted(e.reason(), sent, talk.pin().size(), talk.name()),
                        e.getCause());
    }

    /**
     * How long a package is looked for before it is pushed again. One that failed at it is at work
     * on it no more: to look for longer than the push took would cost more than another one.
     *
     * @param taken how long the push took
     */
    private Duration lookFor(CacheFailure silence, Duration taken) {
        if (!silence.after().isZero()) {
            // It said itself when to come again, and is left alone until then.
            return Duration.ZERO;
        }
        Duration most = config.visibleMax();
        if (!(silence instanceof CacheFailure.Erred)) {
            return most;
        }
        return Collections.min(List.of(most, Collections.max(List.of(taken, config.errorMin()))));
    }

    /**
     * It has all bytes, and may be at work on them still; they are sent once more at most. Whether
     * a gateway, a line or the server itself failed does not tell whether it took them.
     *
     * @param most how long it is looked for
     */
    private long unanswered(
            NuGetTalk talk,
            Service service,
            boolean suspect,
            Course course,
            FillWatch watch,
            CacheFailure silence,
            Duration most)
            throws CacheFailure, InterruptedException {
        course.unanswered++;
        boolean again = course.unanswered == 1;
        if (course.doubts(suspect)) {
            throw new CacheFailure(
                    again,
                    silence.reason() + ", and what it shows may still be the wrong one",
                    silence);
        }
        Log.infof(
                "A push was not answered for certain: the package is looked for before it is pushed again. cache=%s package=%s reason=%s after=%s for=%s",
                talk.row().id, talk.name(), silence.reason(), silence.after(), most);
        watch.rest(silence.after());
        Look last = lookedFor(talk, service, true, most, watch);
        if (last instanceof Look.Right) {
            return talk.pin().size();
        }
        throw new CacheFailure(again, silence.reason() + ", and " + last.words(talk), silence);
    }

    /**
     * Waits until a server shows what it has; it has the bytes, so that another try would be none.
     *
     * @param taken whether it took them now; otherwise it says that it has them
     * @return how many bytes were sent; 0 if something was there already
     */
    private long shown(
            NuGetTalk talk, Service service, boolean taken, Course course, FillWatch watch)
            throws CacheFailure, InterruptedException {
        Look last = lookedFor(talk, service, taken, config.visibleMax(), watch);
        return switch (last) {
            case Look.Right _ -> taken || course.unanswered > 0 ? talk.pin().size() : 0;
            case Look.Other _ when !taken -> throw notReplaced(talk);
            case Look.Other _, Look.Nothing _ ->
                    throw new CacheFailure(
                            false,
                            "%s %s, and %s"
                                    .formatted(
                                            taken ? "took" : "says that it has",
                                            talk.name(),
                                            last.words(talk)),
                            null);
        };
    }

    /** What was seen under the package's name. */
    private sealed interface Look {
        /** What may be it. */
        record Right() implements Look {}

        /** Something of another length. */
        record Other(long bytes) implements Look {}

        /**
         * Nothing.
         *
         * @param within so many seconds
         * @param after how long it asks to be left alone
         * @param trouble that the last look had, if it had any
         */
        record Nothing(long within, Duration after, Optional<String> trouble) implements Look {}

        /** How long it asks to be left alone; zero if it does not. */
        default Duration after() {
            return Duration.ZERO;
        }

        default String words(NuGetTalk talk) {
            return switch (this) {
                case Right _ -> "shows it";
                case Other(long bytes) ->
                        "shows %d bytes of it instead of %d".formatted(bytes, talk.pin().size());
                case Nothing(long within, _, Optional<String> trouble) ->
                        "does not show it after %d s%s"
                                .formatted(within, trouble.map(why -> " (" + why + ")").orElse(""));
            };
        }
    }

    /**
     * Looks until the package is seen, or has had its time; a look that fails is one of many.
     *
     * @param making whether it may be seen in its making, with another length
     * @param most how long
     */
    private Look lookedFor(
            NuGetTalk talk, Service service, boolean making, Duration most, FillWatch watch)
            throws CacheFailure, InterruptedException {
        long begunAt = System.nanoTime();
        while (true) {
            Look look = look(talk, service, most);
            boolean settled =
                    switch (look) {
                        case Look.Right _ -> true;
                        case Look.Other _ -> !making;
                        case Look.Nothing _ -> false;
                    };
            Duration left = most.minusNanos(System.nanoTime() - begunAt);
            if (settled || left.isNegative()) {
                return look;
            }
            if (watch.abandoned()) {
                throw new CacheFailure(true, "nobody waits for it any more", null);
            }
            Duration asked = look.after().compareTo(left) < 0 ? look.after() : left;
            watch.rest(asked.compareTo(LOOK_EVERY) > 0 ? asked : LOOK_EVERY);
        }
    }

    private Look look(NuGetTalk talk, Service service, Duration most)
            throws CacheFailure, InterruptedException {
        long within = most.toSeconds();
        try {
            Optional<Present> present = talk.present(service);
            if (present.isEmpty()) {
                return new Look.Nothing(within, Duration.ZERO, Optional.empty());
            }
            return present.get().mayBe(talk.pin())
                    ? new Look.Right()
                    : new Look.Other(present.get().length().orElse(0));
        } catch (CacheFailure e) {
            if (!e.temporary()) {
                throw e;
            }
            return new Look.Nothing(within, e.after(), Optional.of(e.reason()));
        }
    }

    private static CacheFailure notReplaced(NuGetTalk talk) {
        return new CacheFailure(
                false,
                "holds another package under the name of %s and does not let it be replaced; remove it there"
                        .formatted(talk.name()),
                null);
    }

    /** What a server only hid when it was to delete it belongs to somebody: it is shown again. */
    private static void listAgain(NuGetTalk talk, Service service) throws InterruptedException {
        try {
            talk.listAgain(service);
        } catch (CacheFailure e) {
            Log.warnf(
                    "A package of others may be hidden there now. cache=%s package=%s cause=%s",
                    talk.row().id, talk.name(), e.getMessage());
        }
    }

    private int send(
            NuGetTalk talk, Service service, boolean first, FillWatch watch, AtomicLong sent)
            throws CacheFailure, InterruptedException {
        String boundary = "stagecoach-" + UUID.randomUUID();
        return talk.push(
                service,
                first,
                request ->
                        request.header("Content-Type", "multipart/form-data; boundary=" + boundary)
                                .PUT(body(talk, boundary, watch, sent)),
                transfer ->
                        Transfers.await(
                                transfer,
                                sent,
                                watch,
                                bytes -> stall(talk, bytes),
                                config.longest(talk.pin().size())));
    }

    private Transfers.Stall stall(NuGetTalk talk, long sent) {
        long size = talk.pin().size();
        if (sent < size) {
            return new Transfers.Stall(config.stallMax(), "does not take bytes");
        }
        Duration within = config.answerWithin(size);
        return new Transfers.Stall(
                within,
                "did not answer within %d s after it was sent all of %s"
                        .formatted(within.toSeconds(), talk.name()));
    }

    private BodyPublisher body(NuGetTalk talk, String boundary, FillWatch watch, AtomicLong sent) {
        var cache = new CacheId(talk.row().id);
        String head =
                "--%s\r\nContent-Disposition: form-data; name=package; filename=package.nupkg\r\nContent-Type: application/octet-stream\r\n\r\n"
                        .formatted(boundary);
        return BodyPublishers.concat(
                BodyPublishers.ofString(head, UTF_8),
                BodyPublishers.fromPublisher(
                        new PacedBytes(
                                blobs,
                                talk.pin().sha512(),
                                most -> paces.leave(cache, watch.alone(), most),
                                sent),
                        talk.pin().size()),
                BodyPublishers.ofString("\r\n--%s--\r\n".formatted(boundary), UTF_8));
    }
}
