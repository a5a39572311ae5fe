package stagecoach.tentacle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import stagecoach.tentacle.home.Home;
import stagecoach.tentacle.home.Settings;
import stagecoach.tentacle.testing.Deliveries;
import stagecoach.tentacle.testing.FakeGateway;
import stagecoach.trust.Identity;
import stagecoach.trust.Thumbprint;

/** A real tentacle process, killed amid the renewal of its certificate. */
@Timeout(420)
class RenewalKillTest {
    @TempDir Path folder;
    final List<Process> processes = new ArrayList<>();

    private Process start(Home home) throws Exception {
        ProcessBuilder builder =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx48m",
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                System.getProperty("java.class.path"),
                                "stagecoach.tentacle.TentacleMain",
                                "run",
                                "--allow-root",
                                "--home",
                                home.root().toString())
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("log-" + processes.size()).toFile());
        builder.environment().put("LC_ALL", "C.UTF-8");
        Process process = builder.start();
        processes.add(process);
        return process;
    }

    @AfterEach
    void end() throws Exception {
        for (Process process : processes) {
            process.destroyForcibly().waitFor();
        }
    }

    @ParameterizedTest
    @EnumSource(FakeGateway.Moment.class)
    void a_machine_that_is_killed_comes_back_with_a_certificate_that_is_trusted(
            FakeGateway.Moment killedAt) throws Exception {
        try (FakeGateway gateway =
                new FakeGateway(Identity.loadOrCreate(folder.resolve("gateway"), "gateway"))) {
            Home home = Home.open(folder.resolve("home"));
            home.enrolled(
                    new Settings(
                            Deliveries.AGENT,
                            gateway.uri(),
                            Optional.empty(),
                            gateway.thumbprint()));
            gateway.trustsOnly(home.identity().thumbprint());
            Thumbprint next = home.certificates().prepare().thumbprint();
            gateway.onMoment(
                    moment -> {
                        if (moment == killedAt) {
                            processes.forEach(Process::destroyForcibly);
                        }
                    });
            assertThat(start(home).waitFor(60, TimeUnit.SECONDS)).isTrue();

            gateway.onMoment(_ -> {});
            start(home);
            await().atMost(60, TimeUnit.SECONDS)
                    .untilAsserted(
                            () -> {
                                assertThat(gateway.trusted()).containsExactly(next.value());
                                assertThat(home.identity().thumbprint()).isEqualTo(next);
                                assertThat(home.root().resolve("identity-next")).doesNotExist();
                            });
        }
    }
}
