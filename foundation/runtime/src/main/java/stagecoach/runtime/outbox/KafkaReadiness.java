package stagecoach.runtime.outbox;

import io.smallrye.health.api.AsyncHealthCheck;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.jspecify.annotations.Nullable;
import stagecoach.runtime.channel.Admins;
import stagecoach.runtime.channel.KafkaConnection;

/**
 * Whether Kafka answers, told within two seconds either way; the framework's own check would keep
 * whoever asks waiting for a minute.
 */
@Readiness
@Singleton
class KafkaReadiness implements AsyncHealthCheck {
    private static final int ANSWER_MILLIS_MAX = 2_000;

    private final KafkaConnection kafka;
    private @Nullable Admin admin;

    KafkaReadiness(KafkaConnection kafka) {
        this.kafka = kafka;
    }

    @Override
    public Uni<HealthCheckResponse> call() {
        return Uni.createFrom()
                .completionStage(
                        () ->
                                admin().describeCluster(
                                                new DescribeClusterOptions()
                                                        .timeoutMs(ANSWER_MILLIS_MAX))
                                        .clusterId()
                                        .toCompletionStage())
                .ifNoItem()
                .after(Duration.ofMillis(ANSWER_MILLIS_MAX + 500))
                .fail()
                .map(cluster -> HealthCheckResponse.up("kafka"))
                .onFailure()
                .recoverWithItem(() -> HealthCheckResponse.down("kafka"));
    }

    private synchronized Admin admin() {
        if (admin == null) {
            admin = Admins.open(kafka, "readiness", Duration.ofMillis(ANSWER_MILLIS_MAX));
        }
        return admin;
    }

    @PreDestroy
    synchronized void close() {
        if (admin != null) {
            admin.close(Duration.ZERO);
        }
    }
}
