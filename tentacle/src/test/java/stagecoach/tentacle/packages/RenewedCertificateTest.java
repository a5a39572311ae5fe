package stagecoach.tentacle.packages;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.contracts.acquisition.Source;
import stagecoach.contracts.agent.AgentCommand.AcquirePackage;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.tentacle.home.Settings;
import stagecoach.tentacle.journal.LiveTicket;
import stagecoach.tentacle.journal.TestTickets;
import stagecoach.tentacle.proxy.Routes;
import stagecoach.tentacle.removals.RemovalLog;
import stagecoach.tentacle.testing.Deliveries;
import stagecoach.tentacle.testing.RawServer;
import stagecoach.trust.Identity;
import stagecoach.trust.ServerAddresses;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.packages.PackagePin;

@Timeout(120)
class RenewedCertificateTest {
    @TempDir Path folder;

    /** As when the certificate is renewed while a package is being read. */
    @Test
    void a_cache_that_knows_only_the_new_certificate_is_asked_again_with_it() throws Exception {
        byte[] bytes = new byte[10_000];
        new Random(42).nextBytes(bytes);
        PackagePin pin = AcquirePackageTest.pin(bytes);
        TestTickets tickets = new TestTickets(folder.resolve("home"));
        Identity far = Identity.loadOrCreate(folder.resolve("far"), "cache");
        Identity old = Identity.loadOrCreate(folder.resolve("old"), "machine");
        Identity fresh = Identity.loadOrCreate(folder.resolve("fresh"), "machine");
        var present = new AtomicReference<>(old);
        try (RawServer server =
                RawServer.tls(
                        far,
                        (request, out) -> {
                            if (request.client().equals(fresh.thumbprint().value())) {
                                RawServer.serve(request, out, bytes);
                            } else {
                                present.set(fresh);
                                RawServer.head(out, "403 Forbidden");
                            }
                        })) {
            var downs =
                    new DownSources(
                            FetchRules.USUAL.downFor(),
                            ServerAddresses.Resolver.SYSTEM,
                            Routes.DIRECT);
            var shared =
                    new AcquirePackageWork.Shared(
                            PackageStore.open(tickets.home()),
                            new Settings(
                                    Deliveries.AGENT,
                                    URI.create("https://127.0.0.1:1"),
                                    Optional.empty(),
                                    far.thumbprint()),
                            present::get,
                            FetchRules.USUAL,
                            List.of(),
                            RemovalLog.open(tickets.home()),
                            tickets.home()::freeBytes,
                            downs);
            Source cache =
                    new Source.Cache(
                            new CacheId("eu-1"),
                            server.url(),
                            Optional.of(far.thumbprint().value()));
            LiveTicket live = tickets.accept(Deliveries.acquire(pin, false, List.of(), cache));
            CommandResult result =
                    new AcquirePackageWork(shared, (AcquirePackage) live.command()).perform(live);
            assertThat(result.succeeded()).as(result.toString()).isTrue();
            assertThat(result.acquisition().orElseThrow().attempts()).isEqualTo(2);
        }
    }
}
