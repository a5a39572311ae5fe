package stagecoach.tentacle.packages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import stagecoach.contracts.acquisition.ServedBy;
import stagecoach.contracts.acquisition.Source;
import stagecoach.contracts.agent.AcquisitionResult;
import stagecoach.contracts.agent.AgentCommand.AcquirePackage;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.contracts.agent.GatewayFrame.CacheGrant;
import stagecoach.tentacle.home.Settings;
import stagecoach.tentacle.journal.JournalEntry.StopAsked.Cause;
import stagecoach.tentacle.journal.LiveTicket;
import stagecoach.tentacle.journal.TestTickets;
import stagecoach.tentacle.packages.FetchRules.LongestFetch;
import stagecoach.tentacle.proxy.Routes;
import stagecoach.tentacle.removals.RemovalLog;
import stagecoach.tentacle.testing.Deliveries;
import stagecoach.tentacle.testing.RawServer;
import stagecoach.trust.Identity;
import stagecoach.trust.NativeCrypto;
import stagecoach.trust.ServerAddresses;
import stagecoach.trust.Thumbprint;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;

@Timeout(120)
class AcquirePackageTest {
    private static final CacheId EU = new CacheId("eu-1");
    private static final CacheId US = new CacheId("us-1");
    private static final FetchRules IMPATIENT =
            patience(3, Duration.ofSeconds(20), Duration.ofSeconds(20), Duration.ofSeconds(20), 1);

    /** Of little patience where nothing else is said. */
    private static FetchRules patience(
            int fruitlessMax, Duration stall, Duration connect, Duration quick, int rounds) {
        return new FetchRules(
                fruitlessMax,
                20,
                Duration.ofMillis(5),
                Duration.ofMillis(20),
                stall,
                connect,
                quick,
                rounds,
                Duration.ofMillis(20),
                Duration.ofMinutes(1),
                Duration.ofSeconds(2),
                FetchRules.USUAL.leftAfter(),
                FetchRules.USUAL.givenUpAfter());
    }

    /** One that may take so long while there are others, and so long if it is the last. */
    private static FetchRules inAHurry(Duration leftAfter, Duration givenUpAfter) {
        return new FetchRules(
                3,
                20,
                Duration.ofMillis(5),
                Duration.ofMillis(20),
                Duration.ofSeconds(20),
                Duration.ofSeconds(20),
                Duration.ofSeconds(20),
                // More than are needed: a busy computer may bring few bytes in so short a time.
                6,
                Duration.ofMillis(20),
                Duration.ofMinutes(1),
                Duration.ofSeconds(2),
                new LongestFetch(leftAfter, Long.MAX_VALUE),
                new LongestFetch(givenUpAfter, Long.MAX_VALUE));
    }

    @TempDir Path folder;
    final List<RawServer> servers = new ArrayList<>();
    final CountDownLatch closing = new CountDownLatch(1);
    FetchRules rules = IMPATIENT;
    ServerAddresses.Resolver resolver = ServerAddresses.Resolver.SYSTEM;
    byte[] bytes;
    PackagePin pin;
    TestTickets tickets;
    Identity far;

    @BeforeEach
    void open() throws Exception {
        bytes = new byte[300_000];
        new Random(42).nextBytes(bytes);
        pin = pin(bytes);
        tickets = new TestTickets(folder.resolve("home"));
        far = Identity.loadOrCreate(folder.resolve("far"), "cache");
    }

    @AfterEach
    void close() throws Exception {
        closing.countDown();
        for (RawServer server : servers) {
            server.close();
        }
    }

    static PackagePin pin(byte[] bytes) {
        return new PackagePin(
                PackageId.parse("Shop.Web"),
                PackageVersion.parse("1.0.0"),
                Sha512.hashOf(bytes),
                bytes.length);
    }

    private RawServer server(RawServer.Behaviour behaviour) throws Exception {
        RawServer server = RawServer.tls(far, behaviour);
        servers.add(server);
        return server;
    }

    private Source cache(CacheId id, RawServer server) {
        return new Source.Cache(id, server.url(), Optional.of(far.thumbprint().value()));
    }

    private AcquirePackageWork.Shared shared(Optional<URI> bytesEndpoint) throws Exception {
        return shared(settings(bytesEndpoint));
    }

    private AcquirePackageWork.Shared shared(Settings settings) throws Exception {
        return shared(settings, new DownSources(rules.downFor(), resolver, Routes.DIRECT));
    }

    private AcquirePackageWork.Shared shared(Settings settings, DownSources downs)
            throws Exception {
        return new AcquirePackageWork.Shared(
                PackageStore.open(tickets.home()),
                settings,
                tickets.home().certificates(),
                rules,
                List.of(),
                RemovalLog.open(tickets.home()),
                tickets.home()::freeBytes,
                downs);
    }

    private Settings settings(Optional<URI> bytesEndpoint) {
        return new Settings(
                Deliveries.AGENT,
                URI.create("https://127.0.0.1:1"),
                bytesEndpoint,
                far.thumbprint());
    }

    private CommandResult acquire(Source... sources) throws Exception {
        return acquire(false, Optional.empty(), sources);
    }

    private CommandResult acquire(boolean force, Optional<URI> bytesEndpoint, Source... sources)
            throws Exception {
        return acquire(shared(bytesEndpoint), force, sources);
    }

    private CommandResult acquire(
            AcquirePackageWork.Shared shared, boolean force, Source... sources) throws Exception {
        LiveTicket live =
                tickets.accept(
                        Deliveries.acquire(
                                pin, force, List.of(new CacheGrant(EU, "eu-grant")), sources));
        return new AcquirePackageWork(shared, (AcquirePackage) live.command()).perform(live);
    }

    private Path held() {
        return folder.resolve("home/packages/" + pin.sha512().value());
    }

    private Path partial() {
        return folder.resolve("home/packages/.partial/" + pin.sha512().value());
    }

    /** Gives so many bytes and breaks off once they have come: a cut takes what was not read. */
    private void cutAfter(RawServer.Request request, OutputStream out, byte[] given, int until)
            throws IOException {
        RawServer.serve(request, out, given, until);
        awaitHere(until);
    }

    private void awaitHere(long count) {
        await().atMost(30, TimeUnit.SECONDS)
                .until(() -> Files.exists(partial()) && Files.size(partial()) >= count);
    }

    private static AcquisitionResult got(CommandResult result) {
        assertThat(result.succeeded()).as(result.toString()).isTrue();
        return result.acquisition().orElseThrow();
    }

    @Test
    void a_cache_gives_it_once_to_who_shows_its_grant_and_certificate() throws Exception {
        RawServer eu = server((request, out) -> RawServer.serve(request, out, bytes));
        AcquisitionResult first = got(acquire(cache(EU, eu)));
        assertThat(first)
                .isEqualTo(
                        new AcquisitionResult(
                                new ServedBy(ServedBy.Kind.CACHE, Optional.of(EU)),
                                bytes.length,
                                0,
                                1,
                                List.of()));
        assertThat(Files.readAllBytes(held())).isEqualTo(bytes);
        AcquisitionResult second = got(acquire(cache(EU, eu)));
        assertThat(second.servedBy().kind()).isEqualTo(ServedBy.Kind.HELD);
        assertThat(second.bytes()).isZero();
        assertThat(eu.requests()).hasSize(1);
        RawServer.Request asked = eu.requests().getFirst();
        assertThat(asked.line()).isEqualTo("GET /blobs/" + pin.sha512().value() + " HTTP/1.1");
        assertThat(asked.headers()).containsEntry("x-stagecoach-grant", "eu-grant");
        assertThat(asked.client()).isEqualTo(tickets.home().identity().thumbprint().value());
    }

    @Test
    void the_server_is_read_at_its_own_endpoint() throws Exception {
        RawServer server = server((request, out) -> RawServer.serve(request, out, bytes));
        AcquisitionResult result =
                got(acquire(false, Optional.of(URI.create(server.url())), new Source.Server()));
        assertThat(result.servedBy().kind()).isEqualTo(ServedBy.Kind.SERVER);
        assertThat(server.requests().getFirst().line())
                .isEqualTo("GET /packages/" + pin.sha512().value() + " HTTP/1.1");
        CommandResult without = acquire(true, Optional.empty(), new Source.Server());
        assertThat(without.reason().orElseThrow()).contains("run its tentacle with --bytes");
    }

    @Test
    void what_was_cut_off_is_gone_on_with() throws Exception {
        RawServer eu =
                server(
                        (request, out) -> {
                            if (request.number() < 3) {
                                cutAfter(request, out, bytes, request.number() * 100_000);
                            } else {
                                RawServer.serve(request, out, bytes);
                            }
                        });
        AcquisitionResult result = got(acquire(cache(EU, eu)));
        assertThat(result.bytes()).isEqualTo(bytes.length);
        assertThat(result.attempts()).isEqualTo(3);
        assertThat(result.bytesResumed()).isEqualTo(200_000);
        assertThat(eu.requests())
                .extracting(RawServer.Request::rangeStart)
                .containsExactly(0L, 100_000L, 200_000L);
    }

    @Test
    void what_an_earlier_process_has_left_is_gone_on_with_and_verified_too() throws Exception {
        RawServer eu = server((request, out) -> RawServer.serve(request, out, bytes));
        Path partial = folder.resolve("home/packages/.partial/" + pin.sha512().value());
        Files.createDirectories(partial.getParent());
        Files.write(partial, java.util.Arrays.copyOf(bytes, 100_000));
        AcquisitionResult result = got(acquire(cache(EU, eu)));
        assertThat(result.bytesResumed()).isEqualTo(100_000);
        assertThat(result.bytes()).isEqualTo(200_000);
        Files.delete(held());
        byte[] rotten = java.util.Arrays.copyOf(bytes, 100_000);
        rotten[99] ^= 1;
        Files.write(partial, rotten);
        assertThat(got(acquire(cache(EU, eu))).bytes()).isEqualTo(200_000 + 300_000);
        assertThat(Files.readAllBytes(held())).isEqualTo(bytes);
    }

    @Test
    void a_server_that_starts_again_from_the_beginning_is_understood() throws Exception {
        RawServer eu =
                server(
                        (request, out) -> {
                            RawServer.head(out, "200 OK", "Content-Length: " + bytes.length);
                            if (request.number() == 1) {
                                out.write(bytes, 0, 90_000);
                                awaitHere(90_000);
                            } else {
                                out.write(bytes);
                            }
                        });
        AcquisitionResult result = got(acquire(cache(EU, eu)));
        assertThat(result.bytes()).isEqualTo(bytes.length + 90_000L);
        assertThat(eu.requests().getLast().rangeStart()).isEqualTo(90_000);
        assertThat(result.bytesResumed()).isZero();
        assertThat(Files.readAllBytes(held())).isEqualTo(bytes);
    }

    @Test
    void another_range_than_asked_for_is_not_believed() throws Exception {
        RawServer eu =
                server(
                        (request, out) -> {
                            if (request.number() == 1) {
                                cutAfter(request, out, bytes, 100_000);
                            } else if (request.number() == 2) {
                                RawServer.head(
                                        out,
                                        "206 Partial Content",
                                        "Content-Length: 200000",
                                        "Content-Range: bytes 50000-249999/300000");
                                out.write(bytes, 50_000, 200_000);
                            } else {
                                RawServer.serve(request, out, bytes);
                            }
                        });
        assertThat(got(acquire(cache(EU, eu))).attempts()).isEqualTo(3);
        assertThat(Files.readAllBytes(held())).isEqualTo(bytes);
    }

    @Test
    void a_flipped_bit_is_found_told_and_replaced_from_the_next_source() throws Exception {
        byte[] wrong = bytes.clone();
        wrong[123_456] ^= 1;
        RawServer eu = server((request, out) -> RawServer.serve(request, out, wrong));
        RawServer us = server((request, out) -> RawServer.serve(request, out, bytes));
        AcquisitionResult result = got(acquire(cache(EU, eu), cache(US, us)));
        assertThat(result.servedBy().cache()).contains(US);
        assertThat(result.broken())
                .singleElement()
                .asString()
                .startsWith("cache eu-1 gave bytes with the SHA-512 ");
        assertThat(eu.requests()).hasSize(1);
        assertThat(us.requests().getFirst().rangeStart()).isZero();
    }

    @Test
    void a_source_is_not_blamed_for_what_another_gave() throws Exception {
        byte[] wrong = bytes.clone();
        wrong[10] ^= 1;
        RawServer eu = server((request, out) -> cutAfter(request, out, wrong, 100_000));
        RawServer us = server((request, out) -> RawServer.serve(request, out, bytes));
        AcquisitionResult result = got(acquire(cache(EU, eu), cache(US, us)));
        assertThat(result.servedBy().cache()).contains(US);
        assertThat(result.broken()).isEmpty();
        assertThat(us.requests()).hasSize(2);
        assertThat(us.requests().getFirst().rangeStart()).isEqualTo(100_000);
        assertThat(us.requests().getLast().rangeStart()).isZero();
    }

    @Test
    void another_length_is_wrong_before_a_byte_has_come() throws Exception {
        byte[] longer = java.util.Arrays.copyOf(bytes, bytes.length + 1);
        RawServer eu = server((request, out) -> RawServer.serve(request, out, longer));
        CommandResult result = acquire(cache(EU, eu));
        assertThat(result.exitCode()).contains(1);
        assertThat(result.reason().orElseThrow())
                .contains("Shop.Web 1.0.0 could not be got: cache eu-1 has 300001 bytes");
    }

    /** How a source gives less or more than it should, without telling a length. */
    enum Unmeasured {
        TO_ITS_END {
            @Override
            void give(OutputStream out, byte[] bytes, int until) throws IOException {
                RawServer.withoutLength(out, bytes, until);
            }
        },
        IN_CHUNKS {
            @Override
            void give(OutputStream out, byte[] bytes, int until) throws IOException {
                RawServer.inChunks(out, bytes, until, true);
            }
        },
        IN_A_CHUNK_THAT_IS_CUT_OFF {
            @Override
            void give(OutputStream out, byte[] bytes, int until) throws IOException {
                RawServer.inChunks(out, bytes, until, false);
            }
        };

        abstract void give(OutputStream out, byte[] bytes, int until) throws IOException;
    }

    @ParameterizedTest
    @EnumSource
    void where_no_length_was_told_too_early_an_end_is_none(Unmeasured given) throws Exception {
        RawServer eu =
                server(
                        (request, out) -> {
                            if (request.number() == 1) {
                                given.give(out, bytes, 100_000);
                            } else {
                                RawServer.serve(request, out, bytes);
                            }
                        });
        AcquisitionResult result = got(acquire(cache(EU, eu)));
        assertThat(result.attempts()).isEqualTo(2);
        assertThat(result.bytesResumed()).isEqualTo(eu.requests().getLast().rangeStart());
        assertThat(result.bytes()).isEqualTo(bytes.length);
        assertThat(Files.readAllBytes(held())).isEqualTo(bytes);
    }

    @ParameterizedTest
    @EnumSource(names = {"TO_ITS_END", "IN_CHUNKS"})
    void where_no_length_was_told_more_bytes_than_there_are_are_not_taken(Unmeasured given)
            throws Exception {
        byte[] longer = java.util.Arrays.copyOf(bytes, bytes.length + 1);
        RawServer eu = server((request, out) -> given.give(out, longer, longer.length));
        RawServer us = server((request, out) -> RawServer.serve(request, out, bytes));
        AcquisitionResult result = got(acquire(cache(EU, eu), cache(US, us)));
        assertThat(result.broken()).containsExactly("cache eu-1 has more than 300000 bytes");
        assertThat(us.requests().getFirst().rangeStart()).isZero();
        assertThat(Files.readAllBytes(held())).isEqualTo(bytes);
    }

    @ParameterizedTest
    @CsvSource({
        "500 Failed, answered 500, 3",
        "302 Found, answered 302, 1",
        "300 Several, answered 300, 1",
        "416 Unsatisfiable, has no bytes behind 0, 3"
    })
    void one_that_answers_as_none_should_is_named_with_what_it_answered(
            String status, String reason, int requests) throws Exception {
        RawServer eu =
                server(
                        (request, out) ->
                                RawServer.head(out, status, "Location: /x", "Content-Length: 0"));
        assertThat(acquire(cache(EU, eu)).reason().orElseThrow())
                .isEqualTo("Shop.Web 1.0.0 could not be got: cache eu-1: %s.".formatted(reason));
        assertThat(eu.requests()).hasSize(requests);
        assertThat(held()).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: many",
                "Content-Length: 99999999999999999999",
                "Content-Length: -5",
                "Content Length: 300000"
            })
    void an_answer_that_is_none_of_http_is_a_try_that_failed(String header) throws Exception {
        RawServer eu =
                server(
                        (request, out) -> {
                            if (request.number() == 1) {
                                RawServer.head(out, "200 OK", header);
                            } else {
                                RawServer.serve(request, out, bytes);
                            }
                        });
        AcquisitionResult result = got(acquire(cache(EU, eu)));
        assertThat(result.attempts()).isEqualTo(2);
        assertThat(result.broken()).isEmpty();
        assertThat(Files.readAllBytes(held())).isEqualTo(bytes);
    }

    @Test
    void one_that_tells_no_length_but_something_else_each_time_is_named() throws Exception {
        RawServer eu =
                server((request, out) -> RawServer.head(out, "200 OK", "Content-Length: many"));
        assertThat(acquire(cache(EU, eu)).reason().orElseThrow())
                .isEqualTo(
                        "Shop.Web 1.0.0 could not be got: cache eu-1: its Content-Length is no number of bytes.");
        assertThat(eu.requests()).hasSize(3);
    }

    @Test
    void one_that_denies_what_it_should_go_on_with_is_asked_for_all_of_it() throws Exception {
        RawServer eu =
                server(
                        (request, out) -> {
                            switch (request.number()) {
                                case 1 -> RawServer.withoutLength(out, bytes, 100_000);
                                case 2 -> RawServer.head(out, "500 Failed", "Content-Length: 0");
                                case 3 ->
                                        RawServer.head(
                                                out,
                                                "416 Unsatisfiable",
                                                "Content-Range: bytes */50",
                                                "Content-Length: 0");
                                default -> RawServer.serve(request, out, bytes);
                            }
                        });
        AcquisitionResult result = got(acquire(cache(EU, eu)));
        assertThat(result.bytesResumed()).isZero();
        assertThat(eu.requests())
                .extracting(RawServer.Request::rangeStart)
                .containsExactly(0L, 100_000L, 100_000L, 0L);
        assertThat(Files.readAllBytes(held())).isEqualTo(bytes);
    }

    @Test
    void who_refuses_is_asked_once_and_who_is_busy_again() throws Exception {
        RawServer eu = server((request, out) -> RawServer.head(out, "403 Forbidden"));
        RawServer us =
                server(
                        (request, out) -> {
                            if (request.number() < 3) {
                                RawServer.head(out, "503 Busy", "Content-Length: 0");
                            } else {
                                RawServer.serve(request, out, bytes);
                            }
                        });
        assertThat(got(acquire(cache(EU, eu), cache(US, us))).servedBy().cache()).contains(US);
        assertThat(eu.requests()).hasSize(1);
        assertThat(us.requests()).hasSize(3);
    }

    @Test
    void a_source_that_nobody_answers_at_costs_one_attempt_and_the_next_package_none()
            throws Exception {
        rules =
                patience(
                        4,
                        Duration.ofSeconds(20),
                        Duration.ofSeconds(20),
                        Duration.ofMillis(300),
                        1);
        RawServer us = server((request, out) -> RawServer.serve(request, out, bytes));
        var downs = new DownSources(rules.downFor(), resolver, Routes.DIRECT);
        var quick = shared(settings(Optional.empty()), downs);
        // Whoever is asked first of several would have as little time for his handshake.
        rules = IMPATIENT;
        var patient = shared(settings(Optional.empty()), downs);
        try (BlackHole hole = new BlackHole()) {
            Source eu = new Source.Cache(EU, hole.url(), Optional.of(far.thumbprint().value()));
            AcquisitionResult first = got(acquire(quick, false, eu, cache(US, us)));
            AcquisitionResult second = got(acquire(patient, true, eu, cache(US, us)));
            assertThat(first.servedBy().cache()).contains(US);
            assertThat(first.attempts()).isEqualTo(2);
            assertThat(second.attempts()).isOne();
        }
    }

    /** As when twenty tentacles of one machine start at once: bytes must not cross the ocean. */
    @Test
    void a_near_source_that_has_too_much_to_do_is_asked_again_before_a_far_one() throws Exception {
        rules =
                patience(
                        3,
                        Duration.ofSeconds(20),
                        Duration.ofSeconds(20),
                        Duration.ofMillis(300),
                        1);
        RawServer us = server((request, out) -> RawServer.serve(request, out, bytes));
        RawServer eu = server((request, out) -> RawServer.serve(request, out, bytes));
        try (BusyPort busy = new BusyPort(URI.create(eu.url()).getPort(), 1)) {
            Source near = new Source.Cache(EU, busy.url(), Optional.of(far.thumbprint().value()));
            assertThat(got(acquire(near, cache(US, us))).servedBy().cache()).contains(EU);
        }
        assertThat(us.requests()).isEmpty();
    }

    @Test
    void one_that_stays_too_busy_is_left_and_costs_the_next_package_nothing() throws Exception {
        rules =
                patience(
                        4,
                        Duration.ofSeconds(20),
                        Duration.ofSeconds(3),
                        Duration.ofMillis(300),
                        1);
        RawServer us = server((request, out) -> RawServer.serve(request, out, bytes));
        var downs = new DownSources(rules.downFor(), resolver, Routes.DIRECT);
        var quick = shared(settings(Optional.empty()), downs);
        // Whoever is asked first of several would have as little time for his handshake.
        rules = IMPATIENT;
        var patient = shared(settings(Optional.empty()), downs);
        try (BusyPort busy = new BusyPort(URI.create(us.url()).getPort(), Integer.MAX_VALUE)) {
            Source near = new Source.Cache(EU, busy.url(), Optional.of(far.thumbprint().value()));
            AcquisitionResult first = got(acquire(quick, false, near, cache(US, us)));
            int connections = busy.connections();
            AcquisitionResult second = got(acquire(patient, true, near, cache(US, us)));
            assertThat(first.servedBy().cache()).contains(US);
            assertThat(first.attempts()).isEqualTo(3);
            assertThat(second.attempts()).isOne();
            assertThat(busy.connections()).isEqualTo(connections);
        }
    }

    @Test
    void a_name_with_several_addresses_is_tried_address_by_address() throws Exception {
        RawServer eu = server((request, out) -> RawServer.serve(request, out, bytes));
        String named = eu.url().replace("127.0.0.1", "cache.example");
        resolver =
                host ->
                        host.equals("cache.example")
                                ? new InetAddress[] {
                                    InetAddress.ofLiteral("127.0.0.2"),
                                    InetAddress.ofLiteral("127.0.0.1")
                                }
                                : InetAddress.getAllByName(host);
        AcquisitionResult result =
                got(acquire(new Source.Cache(EU, named, Optional.of(far.thumbprint().value()))));
        assertThat(result.attempts()).isOne();
        assertThat(eu.requests().getFirst().headers())
                .containsEntry("host", URI.create(named).getAuthority());
    }

    @Test
    void one_that_is_the_only_one_is_asked_with_patience() throws Exception {
        rules =
                patience(
                        3,
                        Duration.ofSeconds(20),
                        Duration.ofMillis(300),
                        Duration.ofMillis(100),
                        1);
        try (BlackHole hole = new BlackHole()) {
            Source eu = new Source.Cache(EU, hole.url(), Optional.of(far.thumbprint().value()));
            CommandResult failed = acquire(shared(Optional.empty()), false, eu);
            assertThat(failed.reason().orElseThrow())
                    .contains("cache eu-1: no connection within 300 ms");
        }
    }

    @Test
    void one_that_refuses_connections_is_asked_again_since_it_may_be_starting() throws Exception {
        RawServer us = server((request, out) -> RawServer.serve(request, out, bytes));
        RawServer eu = server((request, out) -> RawServer.serve(request, out, bytes));
        Source atEu = cache(EU, eu);
        eu.close();
        assertThat(got(acquire(atEu, cache(US, us))).attempts())
                .isEqualTo(rules.fruitlessMax() + 1);
    }

    @Test
    void when_all_are_away_for_a_moment_all_are_asked_again() throws Exception {
        rules =
                patience(
                        1,
                        Duration.ofSeconds(20),
                        Duration.ofSeconds(20),
                        Duration.ofSeconds(20),
                        3);
        RawServer.Behaviour starting =
                (request, out) -> {
                    if (request.number() < 3) {
                        RawServer.head(out, "503 Starting", "Content-Length: 0");
                    } else {
                        RawServer.serve(request, out, bytes);
                    }
                };
        RawServer us = server(starting);
        AcquisitionResult result = got(acquire(cache(EU, server(starting)), cache(US, us)));
        assertThat(result.servedBy().cache()).contains(EU);
        assertThat(result.attempts()).isEqualTo(5);
    }

    @Test
    void who_asks_to_be_left_alone_for_a_while_is() throws Exception {
        RawServer eu =
                server(
                        (request, out) -> {
                            if (request.number() == 1) {
                                RawServer.head(
                                        out,
                                        "429 Too Many Requests",
                                        "Retry-After: 1",
                                        "Content-Length: 0");
                            } else {
                                RawServer.serve(request, out, bytes);
                            }
                        });
        long began = System.nanoTime();
        assertThat(got(acquire(cache(EU, eu))).attempts()).isEqualTo(2);
        assertThat(Duration.ofNanos(System.nanoTime() - began))
                .isGreaterThanOrEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void a_silent_source_is_left_after_a_while() throws Exception {
        rules =
                patience(
                        2,
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(20),
                        Duration.ofSeconds(20),
                        1);
        CountDownLatch over = new CountDownLatch(1);
        RawServer eu =
                server(
                        (request, out) -> {
                            RawServer.serve(
                                    request,
                                    out,
                                    bytes,
                                    (int) Math.max(request.rangeStart(), 1000));
                            over.await(30, TimeUnit.SECONDS);
                        });
        RawServer us = server((request, out) -> RawServer.serve(request, out, bytes));
        AcquisitionResult result = got(acquire(cache(EU, eu), cache(US, us)));
        over.countDown();
        assertThat(result.servedBy().cache()).contains(US);
        assertThat(result.bytes()).isBetween((long) bytes.length, bytes.length + 1000L);
    }

    /** Never silent for long, and never done: after the first bytes one comes every moment. */
    private RawServer.Behaviour dripAfter(int count) {
        return (request, out) -> {
            int at = (int) request.rangeStart();
            RawServer.serve(request, out, bytes, Math.max(at, count));
            for (at = Math.max(at, count); !closing.await(10, TimeUnit.MILLISECONDS); at++) {
                out.write(bytes[at]);
                out.flush();
            }
        };
    }

    @Test
    void a_source_that_only_drips_is_left_for_the_next_one_which_goes_on_with_its_bytes()
            throws Exception {
        rules = inAHurry(Duration.ofMillis(500), Duration.ofMinutes(1));
        RawServer eu = server(dripAfter(100_000));
        RawServer us = server((request, out) -> RawServer.serve(request, out, bytes));
        AcquisitionResult result = got(acquire(cache(EU, eu), cache(US, us)));
        assertThat(result.servedBy().cache()).contains(US);
        assertThat(result.bytesResumed()).isPositive();
        assertThat(result.bytes()).isEqualTo(bytes.length);
        assertThat(result.broken()).isEmpty();
    }

    @Test
    void a_slow_source_is_gone_on_with_when_the_others_have_nothing() throws Exception {
        rules = inAHurry(Duration.ofMillis(500), Duration.ofMinutes(1));
        RawServer.Behaviour slowAtFirst = dripAfter(100_000);
        RawServer eu =
                server(
                        (request, out) -> {
                            if (request.number() == 1) {
                                slowAtFirst.answer(request, out);
                            } else {
                                RawServer.serve(request, out, bytes);
                            }
                        });
        RawServer us = server((request, out) -> RawServer.head(out, "404 Not Found"));
        AcquisitionResult result = got(acquire(cache(EU, eu), cache(US, us)));
        assertThat(result.servedBy().cache()).contains(EU);
        assertThat(result.bytesResumed()).isPositive();
    }

    @Test
    void one_that_only_drips_and_is_the_last_is_given_up_and_named() throws Exception {
        rules = inAHurry(Duration.ofMillis(1), Duration.ofMillis(500));
        CommandResult failed = acquire(cache(EU, server(dripAfter(100_000))));
        assertThat(failed.reason().orElseThrow())
                .matches(
                        "Shop.Web 1.0.0 could not be got: cache eu-1: was too slow: \\d+ of 300000 bytes were here after 0 s\\.");
        assertThat(folder.resolve("home/packages/.partial/" + pin.sha512().value())).exists();
    }

    @Test
    void one_that_is_starting_is_asked_again_though_the_last_one_only_drips() throws Exception {
        rules = inAHurry(Duration.ofMinutes(1), Duration.ofMillis(500));
        RawServer eu =
                server(
                        (request, out) -> {
                            if (request.number() <= rules.fruitlessMax()) {
                                RawServer.head(out, "503 Starting", "Content-Length: 0");
                            } else {
                                RawServer.serve(request, out, bytes);
                            }
                        });
        AcquisitionResult result =
                got(acquire(cache(EU, eu), cache(US, server(dripAfter(100_000)))));
        assertThat(result.servedBy().cache()).contains(EU);
        assertThat(result.bytesResumed()).isPositive();
    }

    @Test
    void a_large_package_may_take_longer_over_a_thin_line_than_a_small_one() {
        LongestFetch usual = FetchRules.USUAL.leftAfter();
        assertThat(usual.of(5_000)).isEqualTo(Duration.ofHours(1));
        assertThat(usual.of(5_000_000_000L)).isEqualTo(Duration.ofSeconds(500_000));
    }

    @Test
    void a_source_with_another_certificate_is_not_trusted() throws Exception {
        RawServer eu = server((request, out) -> RawServer.serve(request, out, bytes));
        CommandResult result =
                acquire(
                        new Source.Cache(
                                EU,
                                eu.url(),
                                Optional.of(tickets.home().identity().thumbprint().value())),
                        new Source.Cache(US, eu.url(), Optional.empty()));
        assertThat(result.reason().orElseThrow())
                .contains("cache eu-1: no trust")
                .contains("cache us-1: no thumbprint");
        assertThat(eu.requests()).isEmpty();
    }

    @Test
    void a_machine_that_lets_in_two_gateways_reads_at_the_port_of_either() throws Exception {
        RawServer second = server((request, out) -> RawServer.serve(request, out, bytes));
        Thumbprint first = Identity.loadOrCreate(folder.resolve("first"), "gateway").thumbprint();
        var settings =
                new Settings(
                        Deliveries.AGENT,
                        new Settings.Listening("127.0.0.1", 1, List.of(far.thumbprint())),
                        Optional.of(URI.create(second.url())),
                        first);
        assertThat(got(acquire(shared(settings), false, new Source.Server())).bytes())
                .isEqualTo(bytes.length);
    }

    @Test
    void a_source_that_knows_only_other_ciphers_is_read_with_those() throws Exception {
        RawServer eu =
                RawServer.tls(
                        far,
                        new String[] {"TLS_AES_128_GCM_SHA256"},
                        (request, out) -> RawServer.serve(request, out, bytes));
        servers.add(eu);
        assertThat(got(acquire(cache(EU, eu))).bytes()).isEqualTo(bytes.length);
    }

    @Test
    void a_large_package_comes_in_aes_where_the_native_library_is_and_is_held_verified()
            throws Exception {
        RawServer eu = server((request, out) -> RawServer.serve(request, out, bytes));
        got(acquire(cache(EU, eu)));
        bytes = new byte[(int) NativeCrypto.WORTH_FROM_BYTES];
        new Random(43).nextBytes(bytes);
        pin = pin(bytes);
        assertThat(got(acquire(cache(EU, eu))).bytes()).isEqualTo(bytes.length);
        assertThat(PackageStore.open(tickets.home()).find(pin))
                .isInstanceOf(PackageStore.Held.Verified.class);
        assertThat(eu.requests())
                .extracting(RawServer.Request::suite)
                .containsExactly(
                        "TLS_CHACHA20_POLY1305_SHA256",
                        NativeCrypto.install()
                                ? "TLS_AES_128_GCM_SHA256"
                                : "TLS_CHACHA20_POLY1305_SHA256");
        bytes[5_000_000] ^= 1;
        Files.write(held(), bytes);
        assertThat(PackageStore.open(tickets.home()).find(pin))
                .isInstanceOf(PackageStore.Held.Purged.class);
    }

    @Test
    void a_large_package_is_read_from_a_source_without_aes_too() throws Exception {
        bytes = new byte[(int) NativeCrypto.WORTH_FROM_BYTES];
        pin = pin(bytes);
        RawServer eu =
                RawServer.tls(
                        far,
                        new String[] {"TLS_CHACHA20_POLY1305_SHA256"},
                        (request, out) -> RawServer.serve(request, out, bytes));
        servers.add(eu);
        assertThat(got(acquire(cache(EU, eu))).bytes()).isEqualTo(bytes.length);
    }

    @Test
    void a_held_copy_that_went_bad_is_told_and_fetched_again() throws Exception {
        RawServer eu = server((request, out) -> RawServer.serve(request, out, bytes));
        got(acquire(cache(EU, eu)));
        byte[] rotten = bytes.clone();
        rotten[7] ^= 4;
        Files.write(held(), rotten);
        AcquisitionResult result = got(acquire(cache(EU, eu)));
        assertThat(result.servedBy().cache()).contains(EU);
        assertThat(result.broken()).singleElement().asString().contains("own copy");
        assertThat(Files.readAllBytes(held())).isEqualTo(bytes);
    }

    @Test
    void forced_it_is_read_again() throws Exception {
        RawServer eu = server((request, out) -> RawServer.serve(request, out, bytes));
        got(acquire(cache(EU, eu)));
        AcquisitionResult result = got(acquire(true, Optional.empty(), cache(EU, eu)));
        assertThat(result.bytes()).isEqualTo(bytes.length);
        assertThat(eu.requests()).hasSize(2);
    }

    @Test
    void several_who_want_the_same_share_one_transfer() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        RawServer eu =
                server(
                        (request, out) -> {
                            go.await(30, TimeUnit.SECONDS);
                            RawServer.serve(request, out, bytes);
                        });
        AcquirePackageWork.Shared shared = shared(Optional.empty());
        List<CompletableFuture<CommandResult>> results = new ArrayList<>();
        for (int n = 0; n < 4; n++) {
            LiveTicket live =
                    tickets.accept(Deliveries.acquire(pin, false, List.of(), cache(EU, eu)));
            results.add(
                    CompletableFuture.supplyAsync(
                            () -> {
                                try {
                                    return new AcquirePackageWork(
                                                    shared, (AcquirePackage) live.command())
                                            .perform(live);
                                } catch (Exception e) {
                                    throw new IllegalStateException(e);
                                }
                            },
                            command -> Thread.ofVirtual().start(command)));
        }
        go.countDown();
        long total = 0;
        for (var result : results) {
            total += got(result.get()).bytes();
        }
        assertThat(total).isEqualTo(bytes.length);
        assertThat(eu.requests()).hasSize(1);
    }

    @Test
    void a_cancel_ends_it_in_the_middle_and_what_came_is_kept() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        CountDownLatch half = new CountDownLatch(1);
        RawServer eu =
                server(
                        (request, out) -> {
                            RawServer.serve(request, out, bytes, 150_000);
                            half.countDown();
                            over.await(30, TimeUnit.SECONDS);
                        });
        LiveTicket live = tickets.accept(Deliveries.acquire(pin, false, List.of(), cache(EU, eu)));
        AcquirePackageWork.Shared patient =
                new AcquirePackageWork.Shared(
                        tickets.home(),
                        PackageStore.open(tickets.home()),
                        shared(Optional.empty()).settings(),
                        tickets.home().certificates(),
                        Routes.DIRECT,
                        FetchRules.USUAL,
                        List.of(),
                        RemovalLog.open(tickets.home()));
        var ended =
                CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                return new AcquirePackageWork(
                                                patient, (AcquirePackage) live.command())
                                        .perform(live)
                                        .toString();
                            } catch (InterruptedException e) {
                                return "interrupted";
                            } catch (Exception e) {
                                return e.toString();
                            }
                        },
                        command -> Thread.ofVirtual().start(command));
        assertThat(half.await(30, TimeUnit.SECONDS)).isTrue();
        live.askStop(Cause.CANCEL, Duration.ZERO, Duration.ZERO);
        assertThat(ended.get()).isEqualTo("interrupted");
        over.countDown();
        assertThat(held()).doesNotExist();
    }
}
