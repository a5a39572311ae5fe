package stagecoach.cli.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.StringReader;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;
import stagecoach.cli.manifest.ManifestMistakes.Mistake;

/**
 * YAML as a JSON tree that remembers the line of every place; {@code ${env:X}} is filled in on the
 * way.
 */
final class LocatedYaml {
    private static final Pattern ENVIRONMENT =
            Pattern.compile("\\$\\{env:([A-Za-z_][A-Za-z0-9_]*)}");

    /** What the command line itself reads from the environment, its API key among it. */
    private static final String OURS = "STAGECOACH_";

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    /** Aliases make little text large. */
    private static final int NODES_MAX = 200_000;

    private static final int DEPTH_MAX = 64;

    private final Function<String, Optional<String>> environment;
    private int nodes;
    private final Map<String, Integer> lines = new HashMap<>();
    private final List<Mistake> mistakes = new ArrayList<>();
    private final Set<String> taken = new TreeSet<>();

    private LocatedYaml(Function<String, Optional<String>> environment) {
        this.environment = environment;
    }

    /** What no manifest needs, and what would take all memory. */
    private static final class TooMuch extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final int line;
        private final String sentence;

        TooMuch(int line, String sentence) {
            super(sentence, null, false, false);
            this.line = line;
            this.sentence = sentence;
        }
    }

    /**
     * A document, the line of each JSON pointer in it, and what was wrong with it.
     *
     * @param taken the environment variables that it reads
     */
    record Document(
            JsonNode root, Map<String, Integer> lines, List<Mistake> mistakes, List<String> taken) {
        /** The line of a pointer, or of the nearest place around it. */
        int line(String pointer) {
            for (String at = pointer; !at.isEmpty(); at = at.substring(0, at.lastIndexOf('/'))) {
                Integer line = lines.get(at);
                if (line != null) {
                    return line;
                }
            }
            return 1;
        }
    }

    static Document read(String text, Function<String, Optional<String>> environment) {
        var yaml = new LocatedYaml(environment);
        JsonNode root = MissingNode.getInstance(); // as long as nothing could be read
        try {
            var options = new LoaderOptions();
            options.setAllowDuplicateKeys(false);
            options.setMaxAliasesForCollections(50);
            Node node = new Yaml(new SafeConstructor(options)).compose(new StringReader(text));
            if (node != null) {
                root = yaml.convert(node, "", 1);
            }
        } catch (MarkedYAMLException e) {
            int line = e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1;
            yaml.mistakes.add(new Mistake(line, "(yaml)", String.valueOf(e.getProblem())));
        } catch (TooMuch e) {
            yaml.mistakes.add(new Mistake(e.line, "(yaml)", e.sentence));
        }
        return new Document(
                root, Map.copyOf(yaml.lines), List.copyOf(yaml.mistakes), List.copyOf(yaml.taken));
    }

    private JsonNode convert(Node node, String pointer, int depth) {
        int begin = node.getStartMark().getLine() + 1;
        if (depth > DEPTH_MAX) {
            throw new TooMuch(
                    begin,
                    "is nested more than %d deep, or leads back to itself. Write it flat."
                            .formatted(DEPTH_MAX));
        }
        if (++nodes > NODES_MAX) {
            throw new TooMuch(
                    begin,
                    "has more than %d values, those of aliases counted wherever they stand. Split the file."
                            .formatted(NODES_MAX));
        }
        lines.putIfAbsent(pointer, begin);
        return switch (node) {
            case MappingNode mapping -> {
                var object = JSON.objectNode();
                for (NodeTuple tuple : mapping.getValue()) {
                    String key =
                            tuple.getKeyNode() instanceof ScalarNode scalar
                                    ? scalar.getValue()
                                    : "?";
                    String at = pointer + "/" + key.replace("~", "~0").replace("/", "~1");
                    int line = tuple.getKeyNode().getStartMark().getLine() + 1;
                    if (object.has(key)) {
                        mistakes.add(
                                new Mistake(line, key, "stands here a second time. Remove one."));
                    }
                    lines.put(at, line);
                    object.set(key, convert(tuple.getValueNode(), at, depth + 1));
                }
                yield object;
            }
            case SequenceNode sequence -> {
                var array = JSON.arrayNode();
                for (Node item : sequence.getValue()) {
                    array.add(convert(item, pointer + "/" + array.size(), depth + 1));
                }
                yield array;
            }
            case ScalarNode scalar -> scalar(scalar, pointer);
            default ->
                    throw new IllegalStateException(
                            "SnakeYAML has no other nodes than these: " + node);
        };
    }

    private JsonNode scalar(ScalarNode scalar, String pointer) {
        String text = scalar.getValue();
        if (scalar.getTag().equals(Tag.NULL)) {
            return JSON.nullNode();
        }
        if (scalar.getTag().equals(Tag.BOOL)) {
            return JSON.booleanNode(
                    List.of("true", "yes", "on").contains(text.toLowerCase(java.util.Locale.ROOT)));
        }
        try {
            if (scalar.getTag().equals(Tag.INT)) {
                return integer(new BigInteger(text.replace("_", "")));
            }
            if (scalar.getTag().equals(Tag.FLOAT)) {
                return JSON.numberNode(new BigDecimal(text.replace("_", "")));
            }
        } catch (NumberFormatException e) {
            // A YAML 1.1 number in a form JSON lacks (0x1f, .inf): people mean the text.
            return JSON.textNode(text);
        }
        return JSON.textNode(filledIn(text, pointer, scalar.getStartMark().getLine() + 1));
    }

    private String filledIn(String text, String pointer, int line) {
        Matcher matcher = ENVIRONMENT.matcher(text);
        return matcher.replaceAll(
                match -> {
                    if (match.group(1).startsWith(OURS)) {
                        mistakes.add(
                                new Mistake(
                                        line,
                                        ManifestReader.place(pointer),
                                        "no manifest reads %s: what begins with %s is for the command itself, keys among it. Set another variable."
                                                .formatted(match.group(1), OURS)));
                        return "";
                    }
                    Optional<String> value = environment.apply(match.group(1));
                    taken.add(match.group(1));
                    if (value.isEmpty()) {
                        mistakes.add(
                                new Mistake(
                                        line,
                                        ManifestReader.place(pointer),
                                        "the environment variable %s is not set. Set it, or take ${env:%s} out."
                                                .formatted(match.group(1), match.group(1))));
                    }
                    return Matcher.quoteReplacement(value.orElse(""));
                });
    }

    private static JsonNode integer(BigInteger value) {
        return value.bitLength() < 32
                ? JSON.numberNode(value.intValueExact())
                : JSON.numberNode(value);
    }
}
