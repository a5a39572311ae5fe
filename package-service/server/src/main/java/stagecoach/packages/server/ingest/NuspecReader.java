package stagecoach.packages.server.ingest;

import static stagecoach.packages.server.ingest.Refusal.Code.NUSPEC_INVALID;
import static stagecoach.packages.server.ingest.Refusal.Code.SYMBOLS_PACKAGE;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import javax.xml.XMLConstants;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.parsers.SAXParser;
import javax.xml.parsers.SAXParserFactory;
import org.jspecify.annotations.Nullable;
import org.xml.sax.Attributes;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;
import org.xml.sax.helpers.DefaultHandler;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackageVersion;

/**
 * Reads a nuspec of any schema version. A document type is refused, so that no entity is ever
 * expanded or fetched.
 */
public final class NuspecReader {

    /** Authors and description are cut to this many characters. */
    public static final int TEXT_LENGTH_MAX = 4000;

    private NuspecReader() {}

    /**
     * Reads the bytes of a nuspec.
     *
     * @throws PackageRefusedException with a sentence about the first thing that is wrong
     */
    public static Nuspec read(byte[] xml) throws PackageRefusedException {
        var metadata = metadata(xml);
        try {
            return new Nuspec(
                    PackageId.parse(required(metadata, "id")),
                    PackageVersion.parse(required(metadata, "version")),
                    text(metadata, "authors"),
                    text(metadata, "description"));
        } catch (IllegalArgumentException wrong) {
            throw new PackageRefusedException(
                    NUSPEC_INVALID, "The .nuspec cannot be used: " + wrong.getMessage(), wrong);
        }
    }

    private static Map<String, String> metadata(byte[] xml) throws PackageRefusedException {
        var metadata = new Metadata();
        try {
            parser().parse(new ByteArrayInputStream(xml), metadata);
            return metadata.fields;
        } catch (RefusedWithin refused) {
            throw refused.refusal;
        } catch (SAXException | IOException malformed) {
            var where =
                    malformed instanceof SAXParseException at && at.getLineNumber() > 0
                            ? " at line " + at.getLineNumber()
                            : "";
            throw new PackageRefusedException(
                    NUSPEC_INVALID,
                    "The .nuspec is no well-formed XML without a document type" + where + ".",
                    malformed);
        }
    }

    private static SAXParser parser() {
        try {
            var factory = SAXParserFactory.newDefaultNSInstance();
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            return factory.newSAXParser();
        } catch (ParserConfigurationException | SAXException impossible) {
            throw new IllegalStateException(
                    "This Java runtime's XML parser cannot be hardened.", impossible);
        }
    }

    private static String required(Map<String, String> metadata, String name)
            throws PackageRefusedException {
        var value = metadata.get(name);
        if (value == null || value.isEmpty()) {
            throw new PackageRefusedException(
                    NUSPEC_INVALID, "The .nuspec has no <" + name + "> in its <metadata>.");
        }
        return value;
    }

    private static String text(Map<String, String> metadata, String name) {
        var value = metadata.getOrDefault(name, "");
        return value.length() <= TEXT_LENGTH_MAX ? value : value.substring(0, TEXT_LENGTH_MAX);
    }

    /** Carries a refusal through the parser. */
    private static final class RefusedWithin extends SAXException {
        private final PackageRefusedException refusal;

        RefusedWithin(Refusal.Code code, String sentence) {
            super(sentence);
            this.refusal = new PackageRefusedException(code, sentence);
        }
    }

    /** Collects the fields that lie directly in {@code <package><metadata>}. */
    private static final class Metadata extends DefaultHandler {

        private static final Set<String> FIELDS = Set.of("id", "version", "authors", "description");
        private static final String SYMBOLS = "SymbolsPackage";

        private final Map<String, String> fields = new HashMap<>();
        private int depth;
        private boolean inMetadata;
        private @Nullable StringBuilder text;

        @Override
        public void startElement(String uri, String name, String qName, Attributes attributes)
                throws SAXException {
            if (text != null) {
                throw new RefusedWithin(
                        NUSPEC_INVALID,
                        "The .nuspec has elements where only text may be, in its <metadata>.");
            }
            if (depth == 0 && !name.equals("package")) {
                throw new RefusedWithin(
                        NUSPEC_INVALID, "The .nuspec does not begin with <package>.");
            }
            if (depth == 1) {
                inMetadata = name.equals("metadata");
            }
            if (inMetadata && depth == 2 && FIELDS.contains(name)) {
                text = new StringBuilder();
            }
            if (inMetadata
                    && depth == 3
                    && name.equals("packageType")
                    && SYMBOLS.equalsIgnoreCase(attributes.getValue("name"))) {
                throw new RefusedWithin(
                        SYMBOLS_PACKAGE,
                        "This is a symbols package (.snupkg), and there is no symbol server here."
                                + " Push the .nupkg alone (--no-symbols).");
            }
            depth++;
        }

        @Override
        public void characters(char[] characters, int from, int length) {
            if (text != null) {
                text.append(characters, from, length);
            }
        }

        @Override
        public void endElement(String uri, String name, String qName) throws SAXException {
            depth--;
            if (text != null) {
                if (fields.put(name, text.toString().strip()) != null) {
                    throw new RefusedWithin(
                            NUSPEC_INVALID,
                            "The .nuspec has more than one <" + name + ">; keep one.");
                }
                text = null;
            }
        }

        @Override
        public void fatalError(SAXParseException malformed) throws SAXException {
            // The parser's own way would also print it.
            throw malformed;
        }
    }
}
