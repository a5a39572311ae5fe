package stagecoach.tentacle.install;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.contracts.agent.AgentCommand.InstallPackage;
import stagecoach.contracts.agent.CommandPayload;
import stagecoach.tentacle.journal.TestTickets;
import stagecoach.tentacle.testing.Deliveries;
import stagecoach.tentacle.testing.Nupkg;
import stagecoach.tentacle.trash.Trash;

/** A package may have as many files as the server takes, and a tentacle has little memory. */
@Timeout(300)
class ManyFilesTest {
    /** What the server's format can tell. */
    private static final int FILES = 65_535;

    @TempDir Path folder;

    /** What runs in a process of its own. */
    static final class Unpack {
        private Unpack() {}

        public static void main(String[] args) throws Exception {
            Path content = Path.of(args[1]);
            int files =
                    new ExtractPackage(ArchiveLimits.USUAL, Trash.onDisk())
                            .unpack(Path.of(args[0]), content, () -> {});
            FolderSync.by(path -> {}).sync(content);
            System.out.println("unpacked " + files);
        }
    }

    /** The same of a copy, which purges what is there. */
    static final class CopyAll {
        private CopyAll() {}

        public static void main(String[] args) throws Exception {
            Path folder = Path.of(args[1]);
            var tickets = new TestTickets(folder.resolve("home"));
            var payload = new CommandPayload.Install("current", List.of(), Map.of(), List.of());
            var live = tickets.accept(Deliveries.install(Nupkg.pin(new byte[] {1}), payload));
            var link = VersionLink.of(tickets.home().root(), "current", live.ticket());
            var installation =
                    new Installation(live, (InstallPackage) live.command(), payload, link);
            new ExtractPackage(ArchiveLimits.USUAL, Trash.onDisk())
                    .unpack(Path.of(args[0]), link.content(), () -> {});
            Path shop = folder.resolve("shop");
            var logs = List.of(shop.getFileSystem().getPathMatcher("glob:logs"));
            Files.createDirectories(shop.resolve("of-before"));
            int copied = new Copy(installation, FolderSync.by(path -> {}), shop, true, logs).make();
            System.out.println("copied " + copied);
        }
    }

    private Path archive(int files) throws IOException {
        Path archive = folder.resolve("many.nupkg");
        try (var zip =
                new ZipOutputStream(new BufferedOutputStream(Files.newOutputStream(archive)))) {
            for (int n = 0; n < files; n++) {
                zip.putNextEntry(
                        new ZipEntry(
                                "node_modules/some-module-%d/lib/source-%d.js"
                                        .formatted(n / 40, n)));
                zip.write(("" + n).getBytes(StandardCharsets.UTF_8));
                zip.closeEntry();
            }
        }
        return archive;
    }

    @Test
    void as_many_files_as_the_server_takes_are_unpacked_in_the_memory_of_a_tentacle()
            throws Exception {
        Path content = folder.resolve("content");
        String said = inLittleMemory(Unpack.class, "-Xmx24m", FILES, content);
        assertThat(said).contains("unpacked " + FILES);
        assertThat(content.resolve("node_modules/some-module-1638/lib/source-65534.js"))
                .hasContent("65534");
    }

    @Test
    void they_are_copied_in_it_too() throws Exception {
        // A list of them would not fit.
        String said = inLittleMemory(CopyAll.class, "-Xmx16m", 25_000, folder);
        assertThat(said).contains("copied ");
        assertThat(folder.resolve("shop/node_modules/some-module-624/lib/source-24999.js"))
                .hasContent("24999");
    }

    private String inLittleMemory(Class<?> program, String memory, int files, Path where)
            throws Exception {
        Path log = folder.resolve("log");
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                memory,
                                "-XX:+UseSerialGC",
                                "-XX:+ExitOnOutOfMemoryError",
                                "-cp",
                                System.getProperty("java.class.path"),
                                program.getName(),
                                archive(files).toString(),
                                where.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        assertThat(process.waitFor()).as(Files.readString(log)).isZero();
        return Files.readString(log);
    }

    @Test
    void more_than_the_server_takes_are_refused_in_words() throws Exception {
        assertThatThrownBy(() -> unpack(archive(FILES + 1)))
                .isInstanceOf(InstallFailed.class)
                .hasMessageContaining("more than 65535 entries");
    }

    @Test
    void a_list_that_claims_millions_is_refused_before_it_is_read() throws Exception {
        byte[] bytes = Files.readAllBytes(archive(FILES + 1));
        ByteBuffer archive = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int end64 = bytes.length - 22 - 20 - 56;
        assertThat(archive.getInt(end64)).isEqualTo(0x06064b50);
        archive.putLong(end64 + 32, 10_000_000);
        assertThatThrownBy(() -> unpack(Files.write(folder.resolve("lie"), bytes)))
                .isInstanceOf(InstallFailed.class)
                .hasMessageContaining("more than 65535 entries");
    }

    @Test
    void an_archive_that_is_cut_off_anywhere_ends_in_words() throws Exception {
        byte[] bytes = Files.readAllBytes(archive(3));
        for (int length = 0; length < bytes.length; length++) {
            Path cut = Files.write(folder.resolve("cut"), Arrays.copyOf(bytes, length));
            assertThatThrownBy(() -> unpack(cut)).isInstanceOf(IOException.class);
        }
    }

    private int unpack(Path archive) throws Exception {
        Path content = folder.resolve("content");
        Trash.delete(content);
        return new ExtractPackage(ArchiveLimits.USUAL, Trash.onDisk())
                .unpack(archive, content, () -> {});
    }
}
