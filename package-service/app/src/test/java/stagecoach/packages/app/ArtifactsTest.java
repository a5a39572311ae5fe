package stagecoach.packages.app;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.inject.Inject;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Random;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.internal.KeepArtifact;
import stagecoach.packages.app.artifact.ArtifactStore;
import stagecoach.packages.app.artifact.LeftBytes;
import stagecoach.runtime.access.ServiceToken;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.test.TestKeys;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.Digest;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.vocabulary.packages.Sha512;

/** Files that scripts have collected are kept as they came, as long as their deployment is. */
@PackageServiceTest
class ArtifactsTest {
    private static final Random RANDOM = new Random();

    @Inject ServiceToken tokens;
    @Inject UnitOfWork unitOfWork;
    @Inject ArtifactStore store;
    @Inject LeftBytes leftBytes;

    @ConfigProperty(name = "STAGECOACH_PACKAGE_DIR")
    String folder;

    private static byte[] fresh(int length) {
        byte[] bytes = new byte[length];
        RANDOM.nextBytes(bytes);
        return bytes;
    }

    private static DeploymentId aDeployment() {
        return new DeploymentId("%08x".formatted(RANDOM.nextInt()));
    }

    private static Ticket aTicket() {
        return Ticket.of("artifacts", RANDOM.nextLong());
    }

    private HttpRequest.Builder request(String path) {
        return Http.request(path).header("Authorization", "Bearer " + tokens.issue());
    }

    private HttpResponse<String> put(
            Ticket ticket, Digest sha256, DeploymentId deployment, byte[] bytes) throws Exception {
        return Http.send(
                request(KeepArtifact.path(ticket, sha256, deployment))
                        .PUT(BodyPublishers.ofByteArray(bytes)));
    }

    private int put(Ticket ticket, DeploymentId deployment, byte[] bytes) throws Exception {
        return put(ticket, Digest.of(bytes), deployment, bytes).statusCode();
    }

    private HttpResponse<byte[]> get(Ticket ticket, byte[] bytes, String... headers)
            throws Exception {
        HttpRequest.Builder request = request(KeepArtifact.path(ticket, Digest.of(bytes)));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return Http.bytes(request);
    }

    private Path file(byte[] bytes) {
        String sha512 = Sha512.hashOf(bytes).hex();
        return Path.of(folder, "artifacts", "blobs", sha512.substring(0, 2), sha512);
    }

    private int forget(DeploymentId deployment) throws Exception {
        return OnVirtualThread.call(
                () -> unitOfWork.run(tx -> store.forget(tx, deployment.value(), 100)));
    }

    private void deleteLeftBytes(Instant now) throws Exception {
        OnVirtualThread.call(() -> unitOfWork.run(tx -> leftBytes.forget(tx, now, 100)));
    }

    @Test
    void a_file_is_read_as_it_came_and_as_often_as_it_comes_it_is_there_once() throws Exception {
        byte[] bytes = fresh(3_000_000);
        Ticket ticket = aTicket();
        DeploymentId deployment = aDeployment();

        assertThat(put(ticket, deployment, bytes)).isEqualTo(204);
        assertThat(put(ticket, deployment, bytes)).isEqualTo(204);

        assertThat(get(ticket, bytes).body()).isEqualTo(bytes);
        HttpResponse<byte[]> rest = get(ticket, bytes, "Range", "bytes=2999990-");
        assertThat(rest.statusCode()).isEqualTo(206);
        assertThat(rest.body()).isEqualTo(Arrays.copyOfRange(bytes, 2_999_990, 3_000_000));
        assertThat(put(ticket, deployment, new byte[0])).isEqualTo(204);
        assertThat(get(ticket, new byte[0]).body()).isEmpty();
        assertThat(forget(deployment)).isEqualTo(2);
    }

    @Test
    void who_does_not_know_the_ticket_does_not_read_it_and_people_do_not_come_here()
            throws Exception {
        byte[] bytes = fresh(10);
        Ticket ticket = aTicket();
        put(ticket, aDeployment(), bytes);

        assertThat(get(aTicket(), bytes).statusCode()).isEqualTo(404);
        String path = KeepArtifact.path(ticket, Digest.of(bytes));
        assertThat(Http.send(Http.request(path, TestKeys.ADMIN)).statusCode()).isEqualTo(401);
    }

    @Test
    void other_bytes_than_were_announced_leave_nothing() throws Exception {
        byte[] bytes = fresh(100_000);
        byte[] others = fresh(100_000);
        Ticket ticket = aTicket();

        var refused = put(ticket, Digest.of(bytes), aDeployment(), others);

        assertThat(refused.statusCode()).isEqualTo(422);
        assertThat(refused.body()).contains("other bytes came than were announced");
        assertThat(get(ticket, bytes).statusCode()).isEqualTo(404);
        assertThat(file(others)).doesNotExist();
    }

    @Test
    void it_goes_with_its_deployment_and_its_bytes_with_the_last_one_that_means_them()
            throws Exception {
        byte[] bytes = fresh(1_000);
        Ticket one = aTicket();
        Ticket other = aTicket();
        DeploymentId first = aDeployment();
        DeploymentId second = aDeployment();
        put(one, first, bytes);
        put(other, second, bytes);
        assertThat(Files.size(file(bytes))).isEqualTo(1_000);

        assertThat(forget(first)).isEqualTo(1);
        deleteLeftBytes(Instant.now());
        assertThat(get(one, bytes).statusCode()).isEqualTo(404);
        assertThat(get(other, bytes).body()).isEqualTo(bytes);

        assertThat(forget(second)).isEqualTo(1);
        deleteLeftBytes(Instant.now());
        assertThat(file(bytes)).doesNotExist();
        assertThat(forget(second)).isZero();
    }

    @Test
    void a_file_that_cannot_be_deleted_keeps_no_deployment_and_goes_later() throws Exception {
        byte[] bytes = fresh(1_000);
        DeploymentId deployment = aDeployment();
        put(aTicket(), deployment, bytes);
        // A folder that is not empty cannot be deleted, by whomever.
        Files.delete(file(bytes));
        Path inTheWay = Files.createFile(Files.createDirectory(file(bytes)).resolve("file"));

        assertThat(forget(deployment)).isEqualTo(1);
        deleteLeftBytes(Instant.now());
        assertThat(forget(deployment)).isZero();
        assertThat(file(bytes)).exists();

        Files.delete(inTheWay);
        deleteLeftBytes(Instant.now());
        assertThat(file(bytes)).as("not at once again").exists();
        deleteLeftBytes(Instant.now().plus(Duration.ofHours(2)));
        assertThat(file(bytes)).doesNotExist();
    }

    @Test
    void a_command_has_no_more_files_than_it_may_have() throws Exception {
        Ticket ticket = aTicket();
        DeploymentId deployment = aDeployment();
        for (int n = 0; n < 100; n++) {
            assertThat(put(ticket, deployment, new byte[] {(byte) n, 1})).isEqualTo(204);
        }
        assertThat(put(ticket, deployment, new byte[] {1, 2})).isEqualTo(413);
        assertThat(put(ticket, deployment, new byte[] {1, 1})).as("there already").isEqualTo(204);
        // As if the server had been killed before it had the bytes.
        Files.delete(file(new byte[] {99, 1}));
        assertThat(put(ticket, deployment, new byte[] {99, 1})).isEqualTo(204);
        assertThat(file(new byte[] {99, 1})).exists();
        assertThat(forget(deployment)).isEqualTo(100);
    }

    @Test
    void for_a_deployment_that_is_kept_no_longer_nothing_is_kept() throws Exception {
        byte[] bytes = fresh(1_000);
        DeploymentId deployment = aDeployment();
        OnVirtualThread.call(
                () ->
                        unitOfWork.run(
                                tx ->
                                        tx.execute(
                                                "INSERT INTO retired (deployment, at, done) VALUES (?1, now(), true)",
                                                deployment.value())));

        assertThat(put(aTicket(), deployment, bytes)).isEqualTo(410);
        assertThat(file(bytes)).doesNotExist();
    }
}
