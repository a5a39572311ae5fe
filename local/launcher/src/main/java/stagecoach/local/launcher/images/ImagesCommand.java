package stagecoach.local.launcher.images;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import stagecoach.cli.ExitCode;
import stagecoach.local.launcher.installation.Checkout;
import stagecoach.local.launcher.process.FolderLock;

/** Builds the images of this checkout. */
@Command(
        name = "images",
        mixinStandardHelpOptions = true,
        description = "Build images for containers, with the docker or podman of this computer.")
public final class ImagesCommand implements Callable<Integer> {
    /** What the services run on, if nothing else is said. */
    public static final String BASE = "debian:bookworm-slim";

    private final Checkout checkout;
    private final String path;

    @Spec @Nullable CommandSpec spec;

    @Parameters(
            arity = "0..*",
            paramLabel = "NAME",
            description = "Which images, such as step-runner; all, if none is named.")
    List<String> names = List.of();

    @Option(
            names = "--base",
            defaultValue = BASE,
            description =
                    "The image that they are built on; any with glibc (default: ${DEFAULT-VALUE}).")
    String base = BASE;

    @Option(
            names = "--tag",
            defaultValue = "latest",
            description = "Their tag (default: ${DEFAULT-VALUE}).")
    String tag = "latest";

    @Option(
            names = "--prefix",
            defaultValue = "stagecoach",
            description =
                    "What stands before their names, such as images.example.com/stagecoach (default: ${DEFAULT-VALUE}).")
    String prefix = "stagecoach";

    /**
     * Builds those of {@code checkout}.
     *
     * @param path where programs are looked for, as the environment has it
     */
    public ImagesCommand(Checkout checkout, String path) {
        this.checkout = checkout;
        this.path = path;
    }

    @Override
    public Integer call() throws Exception {
        List<Image> wanted = wanted();
        for (Image image : wanted) {
            for (Path file : image.files().values()) {
                checkout.built(checkout.root().relativize(file).toString());
            }
        }
        Engine engine;
        try {
            engine = Engine.find(path);
        } catch (Engine.NoEngine none) {
            err().println("error: " + none.getMessage());
            err().flush();
            return ExitCode.FAILED.code();
        }
        Path folder = checkout.root().resolve(".stagecoach/images");
        Optional<FolderLock> lock = FolderLock.take(folder.resolveSibling("images.lock"));
        if (lock.isEmpty()) {
            err().println(
                            "error: another ./stagecoach images is at work in this checkout. Wait until it has ended.");
            err().flush();
            return ExitCode.FAILED.code();
        }
        try (FolderLock _ = lock.get()) {
            build(engine, wanted, folder);
        }
        return ExitCode.SUCCEEDED.code();
    }

    private void build(Engine engine, List<Image> wanted, Path folder)
            throws IOException, InterruptedException {
        Path recipe = checkout.root().resolve("deploy/images");
        // Of one that was interrupted.
        Layout.delete(folder);
        try {
            Path java = LinkedJava.into(folder.resolve("java"));
            for (Image image : wanted) {
                build(engine, image, java, recipe, folder.resolve(image.name()));
            }
        } finally {
            Layout.delete(folder);
        }
    }

    private List<Image> wanted() {
        List<Image> all = Image.allIn(checkout.root());
        var unknown = new TreeSet<>(names);
        all.forEach(image -> unknown.remove(image.name()));
        if (!unknown.isEmpty()) {
            throw new ParameterException(
                    spec().commandLine(),
                    "there is no image %s, only %s"
                            .formatted(
                                    String.join(", ", unknown),
                                    String.join(", ", all.stream().map(Image::name).toList())));
        }
        return names.isEmpty()
                ? all
                : all.stream().filter(image -> names.contains(image.name())).toList();
    }

    private void build(Engine engine, Image image, Path java, Path recipe, Path folder)
            throws IOException, InterruptedException {
        String name = "%s/%s:%s".formatted(prefix, image.name(), tag);
        Map<String, String> arguments = new LinkedHashMap<>();
        arguments.put("BASE", base);
        arguments.put("NAME", image.name());
        Path laidOut = new Layout(folder).with(image, java, recipe.resolve(image.start()));
        engine.build(laidOut, recipe.resolve("Dockerfile"), name, arguments);
        Layout.delete(folder);
        PrintWriter out = spec().commandLine().getOut();
        out.println(" ✓ %s  %d MB".formatted(name, engine.bytesOf(name) / 1_000_000));
        out.flush();
    }

    private PrintWriter err() {
        return spec().commandLine().getErr();
    }

    private CommandSpec spec() {
        return Objects.requireNonNull(spec, "picocli gives every command its spec");
    }
}
