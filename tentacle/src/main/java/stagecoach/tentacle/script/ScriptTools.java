package stagecoach.tentacle.script;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import stagecoach.tentacle.home.Home;
import stagecoach.trust.PrivateFiles;
import stagecoach.vocabulary.template.VariableNames;

/** The programs that a script's process needs beside it: the wrapper and what scripts can call. */
public final class ScriptTools {
    private static final List<String> FILES =
            List.of(
                    "run.sh",
                    "functions.sh",
                    "set_stagecoach_variable",
                    "get_stagecoach_variable",
                    "new_stagecoach_artifact",
                    "upgrade_stagecoach_tentacle");

    private final Path bin;

    private ScriptTools(Path bin) {
        this.bin = bin;
    }

    /** Puts this version's programs in place; scripts that run keep the ones they began with. */
    public static ScriptTools install(Home home) throws IOException {
        for (String name : FILES) {
            try (InputStream in = ScriptTools.class.getResourceAsStream(name)) {
                if (in == null) {
                    throw new IOException(name + " is missing in the tentacle's jar");
                }
                put(home.bin(), name, in.readAllBytes());
            }
        }
        return new ScriptTools(home.bin());
    }

    /** Scripts that run may call it at any moment: it is never there without its mode. */
    private static void put(Path bin, String name, byte[] content) throws IOException {
        Path file = bin.resolve(name);
        if (Files.isExecutable(file) && Arrays.equals(Files.readAllBytes(file), content)) {
            return;
        }
        Path fresh = bin.resolve("." + name + ".new");
        PrivateFiles.write(fresh, content);
        if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rwx------"));
        }
        Files.move(
                fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        PrivateFiles.syncFolder(bin);
    }

    Path functions() {
        return bin.resolve("functions.sh");
    }

    /**
     * The process that runs {@code command}, not started yet.
     *
     * @param claim the claim that it must win before it begins
     */
    ProcessBuilder process(
            Path setsid, ScriptFolder folder, String claim, List<String> command, Script script) {
        List<String> line = new ArrayList<>();
        line.add(setsid.toString());
        line.add("sh");
        line.add(bin.resolve("run.sh").toString());
        line.add(folder.path().toString());
        line.add(claim);
        line.addAll(command);
        ProcessBuilder process =
                new ProcessBuilder(line)
                        .directory(script.directory().toFile())
                        .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(ProcessBuilder.Redirect.DISCARD);
        Map<String, String> environment = process.environment();
        // What the tentacle was given for itself is none of a script's business.
        environment.keySet().removeIf(name -> name.startsWith("STAGECOACH_"));
        environment.remove("MALLOC_ARENA_MAX");
        script.variables()
                .forEach(
                        (name, value) -> {
                            if (!VariableNames.isPath(name)) {
                                environment.put(VariableNames.environmentName(name), value);
                            }
                        });
        environment.put("stagecoach_script_folder", folder.path().toString());
        environment.put(
                "PATH",
                bin
                        + File.pathSeparator
                        + Optional.ofNullable(environment.get("PATH"))
                                .orElse("/usr/local/bin:/usr/bin:/bin"));
        return process;
    }
}
