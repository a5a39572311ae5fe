package stagecoach.tentacle.install;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import stagecoach.tentacle.install.configuration.Format;
import stagecoach.tentacle.install.configuration.StructuredFile;
import stagecoach.tentacle.install.configuration.UnreadableFile;
import stagecoach.tentacle.journal.LiveTicket;
import stagecoach.tentacle.journal.Masks;

/** Puts the values of variables where their names lead in the structured files of the package. */
final class StructuredVariables implements Behaviour {
    private static final String FIELD = "structuredVariablesIn";
    private static final int NAMES_SHOWN_MAX = 20;
    private static final Logger LOG = LoggerFactory.getLogger(StructuredVariables.class);

    /** What no format may have more than, in bytes. */
    private static final int LONGEST =
            Stream.of(Format.values()).mapToInt(Format::bytesMax).max().orElseThrow();

    @Override
    public void apply(Installation installation) throws InstallFailed, IOException {
        if (installation.isUnpacked()) {
            return;
        }
        Set<Path> files = new LinkedHashSet<>();
        for (String glob : installation.payload().structuredVariablesIn()) {
            files.addAll(NamedFiles.of(installation, FIELD, glob));
        }
        for (Path file : files) {
            installation.checkTime();
            replace(installation, installation.content().relativize(file), file);
        }
    }

    private static void replace(Installation installation, Path shown, Path file)
            throws InstallFailed, IOException {
        LiveTicket live = installation.live();
        Map<String, String> variables = installation.payload().variables();
        byte[] before = begin(file);
        Format format =
                Format.of(shown.toString(), before)
                        .orElseThrow(
                                () ->
                                        new InstallFailed(
                                                "%s names %s, and nothing says what format it has. Name files of JSON, YAML, XML or properties."
                                                        .formatted(FIELD, shown)));
        if (before.length > format.bytesMax()) {
            throw new InstallFailed(
                    "%s names %s, which is longer than %d KiB, the most that a file of %s may have. Name configuration files only."
                            .formatted(FIELD, shown, format.bytesMax() >> 10, format));
        }
        StructuredFile.Outcome outcome;
        byte[] after;
        try {
            outcome =
                    StructuredFile.replace(
                            format, before, variables, () -> !installation.isOverTime());
            after = outcome.bytes();
        } catch (StackOverflowError | OutOfMemoryError e) {
            LOG.warn("{} needs more memory than there is", shown, e);
            throw new InstallFailed(
                    "Variables cannot be put into %s: that needs more memory than the tentacle has. Make the file, or the values, smaller."
                            .formatted(shown));
        } catch (UnreadableFile e) {
            installation.checkTime();
            // A parser tells what it found, which may be what was substituted just before.
            throw new InstallFailed(
                    live.masks()
                            .apply(
                                    "Variables cannot be put into %s: %s."
                                            .formatted(shown, e.getMessage())));
        }
        for (var left : outcome.leftOut().entrySet()) {
            live.info(
                    "%s: %s is left as written: %s."
                            .formatted(shown, left.getKey(), left.getValue()));
        }
        live.info("%s (%s): %s.".formatted(shown, format, told(outcome.replaced())));
        if (!outcome.replaced().isEmpty()) {
            hideSecrets(live, file, outcome, variables);
            Files.write(file, after);
        }
    }

    /** As much of a file as says that it is too long, if it is. */
    private static byte[] begin(Path file) throws IOException {
        try (InputStream bytes = Files.newInputStream(file)) {
            return bytes.readNBytes(LONGEST + 1);
        }
    }

    private static void hideSecrets(
            LiveTicket live,
            Path file,
            StructuredFile.Outcome outcome,
            Map<String, String> variables)
            throws IOException {
        Masks masks = live.masks();
        List<String> secrets =
                outcome.replaced().stream()
                        .filter(name -> holdsSecret(masks, variables, name))
                        .toList();
        // Before anything can print it as the file has it.
        live.hide(
                secrets.stream()
                        .map(outcome.written()::get)
                        .flatMap(Collection::stream)
                        .collect(Collectors.toSet()));
        if (!secrets.isEmpty()) {
            // First, so that nobody else can read it while it is being written.
            NamedFiles.keepFromOthers(file);
        }
    }

    private static boolean holdsSecret(Masks masks, Map<String, String> variables, String name) {
        String value = variables.getOrDefault(name, "");
        return !masks.apply(value).equals(value);
    }

    private static String told(Set<String> replaced) {
        if (replaced.isEmpty()) {
            return "no variable names a value in it";
        }
        String names = replaced.stream().limit(NAMES_SHOWN_MAX).collect(Collectors.joining(", "));
        int more = replaced.size() - NAMES_SHOWN_MAX;
        return "replaced " + names + (more > 0 ? " and %d more".formatted(more) : "");
    }
}
