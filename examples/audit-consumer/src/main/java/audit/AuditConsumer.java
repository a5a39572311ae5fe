package audit;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * Follows the events of a Stagecoach, and keeps a CSV of its deployments. Kill it when you like.
 */
public final class AuditConsumer {
    private static final String USAGE =
            """
            audit-consumer FOLDER --kafka HOST:PORT[,…] [--settings FILE]
            audit-consumer FOLDER --url URL

            FOLDER/deployments.csv tells who deployed what where when with which packages.
            FOLDER/state.json is the place in the events: started again, it goes on from there.
            --settings  Kafka's own settings of a client, for a broker that asks who one is
            --url       the server; the key of the environment variable STAGECOACH_API_KEY may read
            """;

    private AuditConsumer() {}

    /** Runs until it is ended. */
    public static void main(String[] args) throws InterruptedException {
        if (!isUnderstood(args)) {
            System.err.print(USAGE);
            System.exit(2);
        }
        try (Ledger ledger = Ledger.open(Path.of(args[0]))) {
            if (args[1].equals("--kafka")) {
                FromKafka.read(settings(args), ledger);
            } else {
                @Nullable String key = System.getenv("STAGECOACH_API_KEY");
                if (key == null) {
                    throw new IOException("Set STAGECOACH_API_KEY to a key that may read.");
                }
                new FromFeed(URI.create(args[2]), key, ledger).read();
            }
        } catch (IOException | UncheckedIOException | KafkaException e) {
            System.err.println("error: " + e.getMessage());
            System.exit(1);
        }
    }

    private static boolean isUnderstood(String[] args) {
        return switch (args.length) {
            case 3 -> args[1].equals("--kafka") || args[1].equals("--url");
            case 5 -> args[1].equals("--kafka") && args[3].equals("--settings");
            default -> false;
        };
    }

    private static Properties settings(String[] args) throws IOException {
        var settings = new Properties();
        if (args.length == 5) {
            try (Reader file = Files.newBufferedReader(Path.of(args[4]), StandardCharsets.UTF_8)) {
                settings.load(file);
            }
        }
        settings.put("bootstrap.servers", args[2]);
        return settings;
    }
}
