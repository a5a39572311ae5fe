package stagecoach.orchestrator.app.catalog.access;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.runtime.StartupEvent;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.configuration.ConfigurationDocument.ApiKey;
import stagecoach.orchestrator.app.OrchestratorTest;
import stagecoach.runtime.access.KeyCheck;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.test.StagecoachResource;

@OrchestratorTest
class FirstKeyTest {
    @Inject UnitOfWork unitOfWork;
    @Inject ApiKeys keys;
    @Inject KeyCheck check;

    @Test
    void the_key_in_the_file_is_the_first_one_and_no_other_time() throws IOException {
        String key = KeyCheck.mint();
        Path file = Files.writeString(Files.createTempFile("admin", ".key"), key + "\n");
        var first = new FirstKey(unitOfWork, keys, Clock.systemUTC(), Optional.of(file.toString()));
        first.onStart(new StartupEvent());
        assertThat(status(key)).isEqualTo(401);
        List<ApiKey> others = unitOfWork.run(tx -> keys.after(tx, "", 500));
        try {
            unitOfWork.run(tx -> tx.execute("DELETE FROM api_key"));
            first.onStart(new StartupEvent());
            Awaitility.await().atMost(StagecoachResource.PATIENCE).until(() -> status(key) == 200);
        } finally {
            Files.delete(file);
            unitOfWork.run(
                    tx -> {
                        others.forEach(other -> check.put(tx, other));
                        keys.remove(tx, "admin", Cause.of(Clock.systemUTC(), Cause.SYSTEM));
                        return others;
                    });
        }
        assertThat(status(key)).isEqualTo(401);
    }

    @Test
    void a_key_that_a_person_made_up_is_not_strong() {
        assertThat(FirstKey.isStrong(KeyCheck.mint())).isTrue();
        assertThat(FirstKey.isStrong("correct horse battery staple and more")).isFalse();
        assertThat(FirstKey.isStrong("sc_" + "a".repeat(42))).isFalse();
    }

    private static int status(String key) {
        return given().header("X-Api-Key", key).get("/api/v1/api-keys").statusCode();
    }
}
