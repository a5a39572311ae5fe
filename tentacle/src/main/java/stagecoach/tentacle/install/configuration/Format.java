package stagecoach.tentacle.install.configuration;

import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/** A format of structured files. */
public enum Format {
    JSON("JSON") {
        @Override
        Reading reading() {
            return new JsonValues();
        }
    },
    YAML("YAML") {
        @Override
        Reading reading() {
            return new YamlValues();
        }
    },
    XML("XML") {
        @Override
        Reading reading() {
            return new XmlValues();
        }

        @Override
        Charset unmarked(byte[] bytes) throws UnreadableFile {
            return XmlText.declaredCharset(bytes);
        }
    },
    PROPERTIES("properties") {
        @Override
        Reading reading() {
            return new PropertyValues();
        }

        // Their old form is Latin-1, and many are UTF-8 today.
        @Override
        Charset unmarked(byte[] bytes) {
            try {
                TextFile.decode(bytes, StandardCharsets.UTF_8);
                return StandardCharsets.UTF_8;
            } catch (CharacterCodingException old) {
                return StandardCharsets.ISO_8859_1;
            }
        }
    };

    private static final int LOOKED_AT = 256;

    /** All of a file is in memory, often, and of XML as a tree. */
    private static final int BYTES_MAX = 1 << 20;

    private static final int TREE_BYTES_MAX = 256 << 10;

    private final String shown;

    Format(String shown) {
        this.shown = shown;
    }

    /** Reads a text of the format. */
    interface Reading {
        /** Finds what the variables name. */
        void read(TextFile file, Found found) throws UnreadableFile;
    }

    abstract Reading reading();

    /** How long a file may be, before and afterwards, in bytes. */
    public final int bytesMax() {
        return this == XML ? TREE_BYTES_MAX : BYTES_MAX;
    }

    /** How a file without a byte order mark is written. */
    Charset unmarked(byte[] bytes) throws UnreadableFile {
        return StandardCharsets.UTF_8;
    }

    /** The text of a file. */
    TextFile decode(byte[] bytes) throws UnreadableFile {
        Charset charset = unmarked(bytes);
        try {
            return TextFile.decode(bytes, charset);
        } catch (CharacterCodingException e) {
            throw UnreadableFile.whole("it is no %s text".formatted(charset.name()));
        }
    }

    @Override
    public String toString() {
        return shown;
    }

    /** The format of a file, by the end of its name, or else by its first character. */
    public static Optional<Format> of(String fileName, byte[] bytes) {
        String name = fileName.toLowerCase(Locale.ROOT);
        String end = name.substring(name.lastIndexOf('.') + 1);
        return switch (end) {
            case "json" -> Optional.of(JSON);
            case "yaml", "yml" -> Optional.of(YAML);
            case "xml" -> Optional.of(XML);
            case "properties" -> Optional.of(PROPERTIES);
            default -> byContent(bytes);
        };
    }

    private static Optional<Format> byContent(byte[] bytes) {
        for (int i = 0; i < Math.min(bytes.length, LOOKED_AT); i++) {
            switch (bytes[i]) {
                case '<' -> {
                    return Optional.of(XML);
                }
                case '{', '[' -> {
                    return Optional.of(JSON);
                }
                case ' ',
                        '\t',
                        '\r',
                        '\n',
                        0,
                        (byte) 0xEF,
                        (byte) 0xBB,
                        (byte) 0xBF,
                        (byte) 0xFE,
                        (byte) 0xFF -> {}
                default -> {
                    return Optional.empty();
                }
            }
        }
        return Optional.empty();
    }
}
