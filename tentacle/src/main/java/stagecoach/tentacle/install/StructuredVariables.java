package stagecoach.tentacle.install;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import stagecoach.tentacle.install.configuration.Format;
import stagecoach.tentacle.install.configuration.StructuredFile;
import stagecoach.tentacle.install.configuration.UnreadableFile;
import stagecoach.tentacle.journal.LiveTicket;
import stagecoach.tentacle.journal.Masks;

/** Puts the values of variables where their names lead in the structured files of the package. */
final class StructuredVariables implements Behaviour {
    private static final String FIELD = "structuredVariablesIn";
    private static final int NAMES_SHOWN_MAX = 20;

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
            replace(
                    installation.live(),
                    installation.content().relativize(file),
                    file,
                    installation.payload().variables());
        }
    }

    private static void replace(
            LiveTicket live, Path shown, Path file, Map<String, String> variables)
            throws InstallFailed, IOException {
        NamedFiles.checkSize(FIELD, shown, file);
        byte[] before = Files.readAllBytes(file);
        Format format =
                Format.of(shown.toString(), before)
                        .orElseThrow(
                                () ->
                                        new InstallFailed(
                                                "%s names %s, and nothing says what format it has. Name files of JSON, YAML, XML or properties."
                                                        .formatted(FIELD, shown)));
        StructuredFile.Outcome outcome;
        byte[] after;
        try {
            outcome = StructuredFile.replace(format, before, variables);
            after = outcome.bytes();
        } catch (UnreadableFile e) {
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
