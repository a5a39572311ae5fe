package stagecoach.local.launcher.supervisor;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import stagecoach.local.launcher.process.BackOff;
import stagecoach.local.launcher.process.ProcessSpec;
import stagecoach.local.launcher.process.Readiness;

/** Specs of {@link TestChild} for a table in a folder. */
record Children(Path folder) {
    static final BackOff QUICK =
            new BackOff(Duration.ofMillis(10), Duration.ofMillis(50), 4, Duration.ofSeconds(10));

    String mark() {
        return "-Dtest.mark=" + folder;
    }

    ProcessSpec child(String name, String... arguments) {
        List<String> command = new ArrayList<>(java(TestChild.class));
        command.addAll(List.of(arguments));
        return new ProcessSpec(
                name,
                command,
                Map.of(),
                folder,
                new Readiness.OutputLine("READY"),
                Duration.ofMinutes(2),
                Duration.ofSeconds(10),
                Optional.empty());
    }

    List<String> java(Class<?> main) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                mark(),
                "-Xmx48m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName());
    }

    static ProcessSpec within(ProcessSpec spec, Duration readyMax, Duration stopMax) {
        return new ProcessSpec(
                spec.name(),
                spec.command(),
                spec.environment(),
                spec.directory(),
                spec.readiness(),
                readyMax,
                stopMax,
                spec.url());
    }

    static Stage stage(ProcessSpec... specs) {
        return new Stage(List.of(specs), List.of());
    }

    Supervisor.Plan plan(Stage... stages) {
        return new Supervisor.Plan(
                Map.of("baseUrl", "http://127.0.0.1:1"),
                List.of(stages),
                Map.of("child", (name, options) -> addable(name, options)));
    }

    private ProcessSpec addable(String name, Map<String, String> options) {
        if (!options.keySet().equals(java.util.Set.of("how"))) {
            throw new IllegalArgumentException("a child wants the option how");
        }
        return child("child-" + name, options.get("how"));
    }
}
