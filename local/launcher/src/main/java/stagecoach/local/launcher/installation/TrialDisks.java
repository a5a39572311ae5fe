package stagecoach.local.launcher.installation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Small disks for what is to run full: memory that is mounted where nobody but the processes of one
 * local default sees it. They go with the last of these processes.
 */
public final class TrialDisks {
    /**
     * A disk.
     *
     * @param process who writes on it
     * @param path below the folder of the local default
     */
    public record Disk(String process, String path, int megabytes) {}

    /** All of them. */
    public static final List<Disk> ALL =
            List.of(
                    new Disk("kafka", "kafka", 384),
                    new Disk("postgres", "postgres", 768),
                    new Disk("package-service", "packages", 64),
                    new Disk("cache-eu-1", "caches/eu-1/packages", 64));

    private TrialDisks() {}

    /** Why there can be none here, in words; empty if there can be. */
    public static Optional<String> obstacle() throws InterruptedException {
        try {
            Process probe =
                    new ProcessBuilder(
                                    "unshare",
                                    "-m",
                                    "--propagation",
                                    "private",
                                    "mount",
                                    "-t",
                                    "tmpfs",
                                    "-o",
                                    "size=1m",
                                    "probe",
                                    "/tmp")
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
            return probe.waitFor() == 0
                    ? Optional.empty()
                    : Optional.of("this user may not mount a disk of its own (unshare -m)");
        } catch (IOException e) {
            return Optional.of("there is no program unshare here");
        }
    }

    /**
     * The command line that runs {@code command} where the disks of {@code folder} are; itself
     * where there can be none.
     */
    static List<String> with(Path folder, List<String> command)
            throws IOException, InterruptedException {
        if (obstacle().isPresent()) {
            return command;
        }
        var script = new StringBuilder("set -e\n");
        List<String> paths = new ArrayList<>();
        for (Disk disk : ALL) {
            Path path = Files.createDirectories(folder.resolve(disk.path()));
            paths.add(path.toString());
            script.append(
                    "mount -t tmpfs -o size=%dm,mode=0755 stagecoach-trial \"$1\"; shift\n"
                            .formatted(disk.megabytes()));
        }
        script.append("exec \"$@\"\n");
        List<String> all =
                new ArrayList<>(
                        List.of(
                                "unshare",
                                "-m",
                                "--propagation",
                                "private",
                                "sh",
                                "-c",
                                script.toString(),
                                "sh"));
        all.addAll(paths);
        all.addAll(command);
        return all;
    }
}
