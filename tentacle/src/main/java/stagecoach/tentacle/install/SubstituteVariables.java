package stagecoach.tentacle.install;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;
import stagecoach.tentacle.journal.LiveTicket;
import stagecoach.tentacle.journal.Masks;
import stagecoach.vocabulary.template.Template;
import stagecoach.vocabulary.template.VariableProblem;
import stagecoach.vocabulary.template.syntax.SyntaxMistake;

/** Puts variables into the files that the step names. */
final class SubstituteVariables implements Behaviour {
    /** What is longer is no configuration file, in bytes. */
    static final long FILE_BYTES_MAX = 4L << 20;

    private static final Set<PosixFilePermission> NOT_FOR_SECRETS =
            Set.copyOf(PosixFilePermissions.fromString("----w-rwx"));

    private static final String ANY_FOLDERS = "**/";

    @Override
    public void apply(Installation installation) throws InstallFailed, IOException {
        if (installation.isUnpacked()) {
            return;
        }
        Path content = installation.content();
        Map<String, String> variables = installation.payload().variables();
        for (String glob : installation.payload().substituteIn()) {
            List<PathMatcher> matchers = matchers(content.getFileSystem(), glob);
            List<Path> files;
            try (Stream<Path> walked = Files.walk(content)) {
                files =
                        walked.filter(Files::isRegularFile)
                                .filter(
                                        file ->
                                                matchers.stream()
                                                        .anyMatch(
                                                                matcher ->
                                                                        matcher.matches(
                                                                                content.relativize(
                                                                                        file))))
                                .sorted()
                                .toList();
            }
            if (files.isEmpty()) {
                installation
                        .live()
                        .info("substituteIn '%s' matches no file of the package.".formatted(glob));
            }
            for (Path file : files) {
                substitute(installation.live(), content.relativize(file), file, variables);
            }
        }
    }

    /** Puts variables into one text file; what is not known is told and left as written. */
    static void substitute(LiveTicket live, Path shown, Path file, Map<String, String> variables)
            throws InstallFailed, IOException {
        if (Files.size(file) > FILE_BYTES_MAX) {
            throw new InstallFailed(
                    "substituteIn names %s, which is longer than %d MiB. Name configuration files only."
                            .formatted(shown, FILE_BYTES_MAX >> 20));
        }
        String text;
        try {
            text =
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(Files.readAllBytes(file)))
                            .toString();
        } catch (CharacterCodingException e) {
            throw new InstallFailed(
                    "substituteIn names %s, which is no UTF-8 text. Name text files only, or store it as UTF-8."
                            .formatted(shown));
        }
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
                keepFromOthers(file);
            }
            Files.writeString(file, rendered);
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

    /**
     * Nothing for others and no writing for the group: 0640, or 0750 of a script; what is stricter
     * stays so. On Windows the folder's inherited rights hold.
     */
    private static void keepFromOthers(Path file) throws IOException {
        var view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
        if (view != null) {
            Set<PosixFilePermission> mode = view.readAttributes().permissions();
            if (mode.removeAll(NOT_FOR_SECRETS)) {
                view.setPermissions(mode);
            }
        }
    }

    /** A leading or inner {@code **}{@code /} also stands for no folder at all. */
    static List<PathMatcher> matchers(FileSystem system, String glob) throws InstallFailed {
        Set<String> spelled = new LinkedHashSet<>(List.of(glob.replace('\\', '/')));
        List<String> open = new ArrayList<>(spelled);
        while (!open.isEmpty()) {
            String next = open.removeLast();
            for (int at = next.indexOf(ANY_FOLDERS);
                    at >= 0;
                    at = next.indexOf(ANY_FOLDERS, at + 1)) {
                String shorter = next.substring(0, at) + next.substring(at + ANY_FOLDERS.length());
                if ((at == 0 || next.charAt(at - 1) == '/') && spelled.add(shorter)) {
                    open.add(shorter);
                }
            }
        }
        try {
            return spelled.stream().map(one -> system.getPathMatcher("glob:" + one)).toList();
        } catch (PatternSyntaxException e) {
            throw new InstallFailed(
                    "substituteIn '%s' is no pattern of file names: %s."
                            .formatted(glob, e.getDescription()));
        }
    }
}
