package stagecoach.local.launcher.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The folders that play the machines' disks; knows what scripts started there. */
final class Machines {
    private static final Duration GRACE = Duration.ofSeconds(5);

    private final Path folder;

    Machines(Path folder) {
        this.folder = folder;
    }

    Path folder() {
        return folder;
    }

    /** Ends the shop on one machine, as a machine's owner might. */
    void endShop(String machine) throws IOException {
        Path pidFile = folder.resolve(machine).resolve("shop.pid");
        if (Files.exists(pidFile)) {
            end(pidFile);
        }
    }

    /** Ends everything that scripts started and left a pid file for. */
    void endAll() throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (Stream<Path> machines = Files.list(folder)) {
            for (Path machine : machines.toList()) {
                endShop(String.valueOf(machine.getFileName()));
            }
        }
    }

    private static void end(Path pidFile) throws IOException {
        String text = Files.readString(pidFile).strip();
        if (text.isEmpty()) {
            return;
        }
        Optional<ProcessHandle> shop =
                ProcessHandle.of(Long.parseLong(text))
                        // A pid may have been given to another process since.
                        .filter(
                                handle ->
                                        handle.info()
                                                .commandLine()
                                                .orElse("")
                                                .contains("shop-server.jar"));
        if (shop.isPresent()) {
            shop.get().destroy();
            try {
                shop.get().onExit().get(GRACE.toMillis(), TimeUnit.MILLISECONDS);
            } catch (java.util.concurrent.TimeoutException stubborn) {
                shop.get().destroyForcibly();
            } catch (java.util.concurrent.ExecutionException e) {
                throw new IOException("cannot tell whether " + text + " has ended", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                shop.get().destroyForcibly();
            }
        }
        Files.deleteIfExists(pidFile);
    }
}
