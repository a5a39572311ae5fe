package stagecoach.cli.manifest;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import stagecoach.cli.client.Text;

/** Everything that is wrong with a manifest, found before anything was changed. */
public final class ManifestMistakes extends RuntimeException {
    private final List<Mistake> mistakes;

    /**
     * One mistake: the line (from 1), the place as {@code steps[1].package.id}, and what to change.
     */
    public record Mistake(int line, String place, String sentence) {}

    /** The mistakes of {@code file}, in the order of their lines. */
    public ManifestMistakes(Path file, List<Mistake> mistakes) {
        super(render(file, mistakes));
        this.mistakes = List.copyOf(mistakes);
    }

    /** All of them. */
    public List<Mistake> mistakes() {
        return mistakes;
    }

    private static String render(Path file, List<Mistake> mistakes) {
        int width = mistakes.stream().mapToInt(m -> m.place().length()).max().orElse(0);
        int digits =
                mistakes.stream()
                        .mapToInt(m -> Integer.toString(m.line()).length())
                        .max()
                        .orElse(1);
        return "%s: %d mistake%s, nothing was changed\n%s"
                .formatted(
                        file.getFileName(),
                        mistakes.size(),
                        mistakes.size() == 1 ? "" : "s",
                        mistakes.stream()
                                .map(
                                        m ->
                                                "  line %s  %s  %s"
                                                        .formatted(
                                                                Text.padded(
                                                                        Integer.toString(m.line()),
                                                                        digits),
                                                                Text.padded(m.place(), width),
                                                                m.sentence()))
                                .collect(Collectors.joining("\n")));
    }
}
