package stagecoach.tentacle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.contracts.agent.Enrolment;
import stagecoach.tentacle.script.Machine;
import stagecoach.tentacle.testing.Deliveries;
import stagecoach.tentacle.testing.FakeGateway;
import stagecoach.trust.Identity;
import stagecoach.wire.StagecoachJson;

/** What is put on a machine beside the program: the unit of systemd and the installer. */
@Timeout(420)
class DistributionTest {
    private static final Path DIST = Path.of("src", "dist");
    private static final Path UNIT = DIST.resolve("stagecoach-tentacle.service");

    @TempDir Path folder;

    private static List<String> unit() throws IOException {
        return Files.readAllLines(UNIT);
    }

    private static String value(String key) throws IOException {
        List<String> values =
                unit().stream()
                        .filter(line -> line.startsWith(key + "="))
                        .map(line -> line.substring(key.length() + 1))
                        .toList();
        assertThat(values).as(key).hasSize(1);
        return values.getFirst();
    }

    private String output(ProcessBuilder command, int code) throws Exception {
        Path log = folder.resolve("log");
        Process process = command.redirectErrorStream(true).redirectOutput(log.toFile()).start();
        assertThat(process.waitFor(300, TimeUnit.SECONDS)).isTrue();
        String output = Files.readString(log);
        assertThat(process.exitValue()).as(output).isEqualTo(code);
        return output;
    }

    @Test
    void the_unit_lets_scripts_outlive_the_tentacle_and_brings_it_back_unless_it_is_dismissed()
            throws Exception {
        assertThat(value("KillMode")).isEqualTo("process");
        assertThat(value("Restart")).isEqualTo("always");
        assertThat(value("RestartPreventExitStatus"))
                .isEqualTo(String.valueOf(TentacleMain.STAY_AWAY));
        assertThat(value("User")).isNotEqualTo("root");
        assertThat(value("Environment").split(" "))
                .containsExactly("LC_ALL=C.UTF-8", "STAGECOACH_TENTACLE_KEPT_BY=systemd");
    }

    @Test
    void the_unit_starts_what_the_installer_puts_there_with_arguments_that_the_program_knows()
            throws Exception {
        List<String> line = List.of(value("ExecStart").split(" "));
        Arguments arguments = Arguments.parse(line.subList(1, line.size()), Usage.COMMANDS);
        assertThat(arguments.command()).isEqualTo("run");
        String home = arguments.required("--home");
        assertThat(home).isEqualTo("/var/lib/" + value("StateDirectory"));
        String installer = Files.readString(DIST.resolve("install.sh"));
        assertThat(installer).contains("home=$prefix" + home + "\n");
        String program = line.getFirst().replaceFirst("/bin/.*", "");
        assertThat(installer).contains("program=$prefix" + program + "\n");
        assertThat(DIST.resolve(line.getFirst().substring(program.length() + 1))).isExecutable();
    }

    @Test
    void systemd_understands_the_unit() throws Exception {
        assumeTrue(Machine.find("systemd-analyze").isPresent());
        Path unit = folder.resolve("stagecoach-tentacle.service");
        Files.writeString(
                unit,
                Files.readString(UNIT)
                        .replaceAll("(?m)^ExecStart=\\S+", "ExecStart=/bin/true")
                        .replaceAll("(?m)^(User|Group)=.*", "$1=root"));
        assertThat(output(new ProcessBuilder("systemd-analyze", "verify", unit.toString()), 0))
                .doesNotContain("stagecoach-tentacle.service:");
    }

    @Test
    void as_root_it_works_only_if_that_is_asked_for() throws Exception {
        assumeTrue(System.getProperty("user.name").equals("root"));
        Path program = program();
        ProcessBuilder run =
                new ProcessBuilder(
                        program.resolve("bin/stagecoach-tentacle").toString(),
                        "run",
                        "--home",
                        folder.resolve("home").toString());
        assertThat(output(run, TentacleMain.MISUSED)).contains("does not run as root");
        assertThat(folder.resolve("home")).doesNotExist();
    }

    @Test
    void one_command_line_installs_and_enrols_a_machine_and_a_second_one_only_updates_it()
            throws Exception {
        Path program = program();
        Path root = folder.resolve("root");
        try (FakeGateway gateway =
                new FakeGateway(Identity.loadOrCreate(folder.resolve("gateway"), "gateway"))) {
            List<String> asked = new ArrayList<>();
            gateway.onEnrol(
                    (request, _) -> {
                        asked.add(request);
                        return new FakeGateway.Answer(
                                200, StagecoachJson.text(new Enrolment.Response(Deliveries.AGENT)));
                    });
            Path token = folder.resolve("token");
            Files.writeString(token, "r4nd0m." + gateway.thumbprint() + "\n");
            ProcessBuilder install =
                    new ProcessBuilder(
                            program.resolve("install.sh").toString(),
                            "--prefix",
                            root.toString(),
                            "--user",
                            System.getProperty("user.name"),
                            "--gateway",
                            gateway.uri().toString(),
                            "--bytes",
                            gateway.uri().toString());
            install.redirectInput(token.toFile());
            assertThat(output(install, 0))
                    .contains("Enrolled as " + Deliveries.AGENT)
                    .contains("nothing was started");
            assertThat(asked).hasSize(1);
            Path home = root.resolve("var/lib/stagecoach-tentacle");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home)))
                    .isEqualTo("rwx------");
            assertThat(root.resolve("opt/stagecoach-tentacle/tentacle.aot")).exists();
            assertThat(root.resolve("etc/systemd/system/stagecoach-tentacle.service"))
                    .content()
                    .contains("User=" + System.getProperty("user.name") + "\n");

            // What an upgrade by command has brought gives way to what is installed.
            Path upgrade = Files.createDirectories(home.resolve("upgrade"));
            Files.writeString(upgrade.resolve("current"), "versions/0123\n");
            List<String> user = install.command().subList(3, 5);
            assertThat(user).startsWith("--user");
            user.clear();
            assertThat(output(install, 0)).doesNotContain("Enrolled");
            assertThat(upgrade.resolve("current")).doesNotExist();
            assertThat(asked).hasSize(1);
            assertThat(root.resolve("etc/systemd/system/stagecoach-tentacle.service"))
                    .content()
                    .contains("User=" + System.getProperty("user.name") + "\n");
            install.command().addAll(List.of("--user", "somebody-else"));
            assertThat(output(install, 1))
                    .contains("belongs to '%s'".formatted(System.getProperty("user.name")));
            String check =
                    output(
                            new ProcessBuilder(
                                    root.resolve("opt/stagecoach-tentacle/bin/stagecoach-tentacle")
                                            .toString(),
                                    "check",
                                    "--home",
                                    home.toString()),
                            0);
            assertThat(check).contains("lets this machine in");
        }
    }

    @Test
    void a_folder_is_packed_into_a_package_that_tells_its_version_and_unpacks_to_the_same_program()
            throws Exception {
        Path program = program();
        Files.writeString(program.resolve("lib/tentacle-1.4.0.jar"), "-");
        ProcessBuilder pack = new ProcessBuilder(program.resolve("package.sh").toString());
        pack.environment().put("JAVA_HOME", System.getProperty("java.home"));
        pack.directory(Files.createDirectories(folder.resolve("packed")).toFile());
        assertThat(output(pack, 0)).isEqualTo("Stagecoach.Tentacle.1.4.0.nupkg\n");
        Path nupkg = folder.resolve("packed/Stagecoach.Tentacle.1.4.0.nupkg");
        try (var zip = new ZipFile(nupkg.toFile())) {
            ZipEntry nuspec = zip.getEntry("Stagecoach.Tentacle.nuspec");
            assertThat(
                            new String(
                                    zip.getInputStream(nuspec).readAllBytes(),
                                    StandardCharsets.UTF_8))
                    .contains("<id>Stagecoach.Tentacle</id>", "<version>1.4.0</version>");
            assertThat(zip.getInputStream(zip.getEntry("bin/stagecoach-tentacle")).readAllBytes())
                    .isEqualTo(Files.readAllBytes(program.resolve("bin/stagecoach-tentacle")));
            assertThat(zip.stream().map(ZipEntry::getName))
                    .hasSize(2 + count(program.resolve("lib")))
                    .allMatch(name -> name.matches("[^/]*[.]nuspec|(bin|lib)/[^/]+"));
        }
        pack.command().add("1.0 && false");
        assertThat(output(pack, 1)).contains("'1.0 && false' is no version");
    }

    private static int count(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return (int) files.count();
        }
    }

    /** The folder that a build makes: what lies in {@code src/dist}, and all jars. */
    private Path program() throws IOException {
        Path program = Files.createDirectories(folder.resolve("tentacle"));
        try (Stream<Path> files = Files.walk(DIST)) {
            for (Path file : files.toList()) {
                Path copy = program.resolve(DIST.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(copy);
                } else {
                    Files.copy(file, copy);
                    Files.setPosixFilePermissions(copy, Files.getPosixFilePermissions(file));
                }
            }
        }
        Path lib = Files.createDirectories(program.resolve("lib"));
        int number = 0;
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            Path path = Path.of(entry);
            if (Files.isRegularFile(path)) {
                Files.createSymbolicLink(lib.resolve("l" + number++ + ".jar"), path);
            } else if (path.endsWith("classes")) {
                jar(path, lib.resolve("c" + number++ + ".jar"));
            }
        }
        return program;
    }

    private static void jar(Path classes, Path jar) throws IOException {
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file);
                Stream<Path> files = Files.walk(classes)) {
            for (Path one : files.filter(Files::isRegularFile).toList()) {
                out.putNextEntry(
                        new JarEntry(classes.relativize(one).toString().replace('\\', '/')));
                out.write(Files.readAllBytes(one));
            }
        }
    }
}
