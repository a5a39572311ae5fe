package stagecoach.local.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.tools.StorageTool;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;

/**
 * A real single-node Kafka broker in KRaft mode, on 127.0.0.1 only. Topics are somebody else's:
 * none is ever created by itself.
 *
 * <p>Arguments: data folder, broker port, controller port. Prints {@code READY kafka
 * 127.0.0.1:PORT} once it serves, stops cleanly on SIGTERM, and may be killed and started again on
 * the same folder, also with other ports.
 */
public final class KafkaEngine {
    private KafkaEngine() {}

    /** See the class; exits 1 with a sentence when it cannot start, 2 when called wrongly. */
    public static void main(String[] args) throws InterruptedException {
        if (args.length != 3) {
            System.err.println("usage: KafkaEngine DATA_FOLDER BROKER_PORT CONTROLLER_PORT");
            System.exit(2);
            return;
        }
        try {
            run(Path.of(args[0]), EngineFolder.port(args[1]), EngineFolder.port(args[2]));
        } catch (EngineFailure e) {
            e.endProcess();
        }
    }

    private static void run(Path dataFolder, int brokerPort, int controllerPort)
            throws EngineFailure {
        EngineFolder folder = EngineFolder.open(dataFolder);
        EngineFolder.requireFree(brokerPort, "Kafka");
        EngineFolder.requireFree(controllerPort, "Kafka's controller");
        KafkaRaftServer server;
        try {
            Properties settings = settings(folder, brokerPort, controllerPort);
            format(folder, settings);
            server = new KafkaRaftServer(KafkaConfig.fromProps(settings, false), Time.SYSTEM);
            Runtime.getRuntime().addShutdownHook(new Thread(server::shutdown, "kafka-stop"));
            server.startup();
        } catch (IOException | RuntimeException e) {
            throw new EngineFailure(
                    "Kafka cannot start on the data folder %s. If it is broken, remove the folder: the services publish again from their own stores."
                            .formatted(folder),
                    e);
        }
        Parent.watch();
        System.out.printf("READY kafka 127.0.0.1:%d%n", brokerPort);
        server.awaitShutdown();
    }

    /** Writes the cluster's identity once; a half-written one has no meta.properties yet. */
    private static void format(EngineFolder folder, Properties settings) throws IOException {
        Path file = folder.resolve("server.properties");
        try (var out = Files.newOutputStream(file)) {
            settings.store(out, null);
        }
        if (Files.exists(folder.resolve("log").resolve("meta.properties"))) {
            return;
        }
        String[] command = {
            "format",
            "--config",
            file.toString(),
            "--cluster-id",
            Uuid.randomUuid().toString(),
            "--ignore-formatted"
        };
        int exitCode = StorageTool.execute(command, System.out);
        if (exitCode != 0) {
            throw new UncheckedIOException(
                    new IOException("formatting the log folder ended with " + exitCode));
        }
    }

    private static Properties settings(EngineFolder folder, int brokerPort, int controllerPort) {
        Properties p = new Properties();
        p.setProperty("process.roles", "broker,controller");
        p.setProperty("node.id", "1");
        p.setProperty("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
        p.setProperty(
                "listeners",
                "PLAINTEXT://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d"
                        .formatted(brokerPort, controllerPort));
        p.setProperty("advertised.listeners", "PLAINTEXT://127.0.0.1:" + brokerPort);
        p.setProperty("controller.listener.names", "CONTROLLER");
        p.setProperty("inter.broker.listener.name", "PLAINTEXT");
        p.setProperty("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        p.setProperty("log.dirs", folder.resolve("log").toString());
        p.setProperty("auto.create.topics.enable", "false");
        p.setProperty("group.initial.rebalance.delay.ms", "0");

        // After a kill the broker may register again only when its earlier session has run out.
        p.setProperty("broker.session.timeout.ms", "6000");
        p.setProperty("broker.heartbeat.interval.ms", "1000");

        // One node: every internal topic has one copy.
        p.setProperty("offsets.topic.replication.factor", "1");
        p.setProperty("offsets.topic.num.partitions", "4");
        p.setProperty("transaction.state.log.replication.factor", "1");
        p.setProperty("transaction.state.log.min.isr", "1");
        p.setProperty("transaction.state.log.num.partitions", "4");
        p.setProperty("share.coordinator.state.topic.replication.factor", "1");
        p.setProperty("share.coordinator.state.topic.min.isr", "1");

        // The largest event has 4 MiB; compressed, as the relays send it, it is smaller by far.
        p.setProperty("message.max.bytes", "5242880");
        p.setProperty("replica.fetch.max.bytes", "5242880");

        // A laptop's share of memory and threads.
        p.setProperty("log.cleaner.dedupe.buffer.size", "2097152");
        p.setProperty("offsets.load.buffer.size", "1048576");
        p.setProperty("num.network.threads", "2");
        p.setProperty("num.io.threads", "4");
        p.setProperty("background.threads", "2");
        p.setProperty("log.segment.bytes", "67108864");
        return p;
    }
}
