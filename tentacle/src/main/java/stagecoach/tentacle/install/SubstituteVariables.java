package stagecoach.tentacle.install;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import stagecoach.tentacle.install.configuration.TextFile;
import stagecoach.tentacle.journal.LiveTicket;
import stagecoach.tentacle.journal.Masks;
import stagecoach.vocabulary.template.Template;
import stagecoach.vocabulary.template.VariableProblem;
import stagecoach.vocabulary.template.syntax.SyntaxMistake;

/** Puts variables into the files that the step names. */
final class SubstituteVariables implements Behaviour {
    @Override
    public void apply(Installation installation) throws InstallFailed, IOException {
        if (installation.isUnpacked()) {
            return;
        }
        Path content = installation.content();
        Map<String, String> variables = installation.payload().variables();
        for (String glob : installation.payload().substituteIn()) {
            for (Path file : NamedFiles.of(installation, "substituteIn", glob)) {
                substitute(installation.live(), content.relativize(file), file, variables);
            }
        }
    }

    /** Puts variables into one text file; what is not known is told and left as written. */
    static void substitute(LiveTicket live, Path shown, Path file, Map<String, String> variables)
            throws InstallFailed, IOException {
        NamedFiles.checkSize("substituteIn", shown, file);
        TextFile written;
        try {
            written = TextFile.decode(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (CharacterCodingException e) {
            throw new InstallFailed(
                    "substituteIn names %s, which is no UTF-8 text. Name text files only, or store it as UTF-8."
                            .formatted(shown));
        }
        String text = written.text();
        Template template = Template.parse(text);
        for (SyntaxMistake mistake : template.mistakes()) {
            live.info("%s, left as written: %s".formatted(shown, mistake.sentence()));
        }
        Masks masks = live.masks();
        Template.Filled filled;
        try {
            filled = template.fill(variables, value -> !masks.apply(value).equals(value));
        } catch (VariableProblem problem) {
            throw new InstallFailed(
                    "Variables cannot be put into %s: %s".formatted(shown, problem.sentence()));
        }
        if (!filled.unknown().isEmpty()) {
            live.info(
                    "%s: no value here for %s, left as written."
                            .formatted(shown, String.join(", ", filled.unknown())));
        }
        String rendered = filled.text();
        if (!rendered.equals(text)) {
            // Before anything can print it.
            live.hide(filled.masks());
            if (holdsSecret(template, rendered, variables, masks)) {
                // First, so that nobody else can read it while it is being written.
                NamedFiles.keepFromOthers(file);
            }
            Files.write(file, written.with(rendered).encode());
        }
    }

    /** Whether the text would be another one if the secrets were, also after filters. */
    private static boolean holdsSecret(
            Template template, String rendered, Map<String, String> variables, Masks masks) {
        Map<String, String> others = new HashMap<>(variables);
        others.replaceAll((name, value) -> masks.apply(value));
        try {
            return !others.equals(variables) && !template.fill(others).text().equals(rendered);
        } catch (VariableProblem secretsMatter) {
            return true;
        }
    }
}
