package stagecoach.packages.server.ingest;

import static stagecoach.packages.server.ingest.Refusal.Code.NUSPEC_INVALID;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.xml.XMLConstants;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.parsers.SAXParser;
import javax.xml.parsers.SAXParserFactory;
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

    /** Where an archive that is an Open Packaging Conventions file names its manifest. */
    static final String RELATIONS = "_rels/.rels";

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
                    PackageId.parse(required(metadata.fields(), "id")),
                    PackageVersion.parse(required(metadata.fields(), "version")),
                    metadata.text("authors"),
                    metadata.text("description"),
                    metadata.details());
        } catch (IllegalArgumentException wrong) {
            throw new PackageRefusedException(
                    NUSPEC_INVALID, "The .nuspec cannot be used: " + wrong.getMessage(), wrong);
        }
    }

    /**
     * What an archive's {@code _rels/.rels} says is its manifest. Clients up to NuGet 2 read that
     * one, newer ones the {@code .nuspec} at the root.
     *
     * @throws PackageRefusedException if it cannot be read
     */
    static List<String> manifests(byte[] xml) throws PackageRefusedException {
        var relations = new Relations();
        parse(xml, relations, RELATIONS);
        return relations.manifests;
    }

    private static final class Relations extends DefaultHandler {
        private final List<String> manifests = new ArrayList<>();

        @Override
        public void startElement(String uri, String local, String name, Attributes attributes) {
            var type = attributes.getValue("Type");
            var target = attributes.getValue("Target");
            if (local.equals("Relationship")
                    && type != null
                    && type.endsWith("/manifest")
                    && target != null) {
                manifests.add(target);
            }
        }
    }

    private static NuspecMetadata metadata(byte[] xml) throws PackageRefusedException {
        var metadata = new NuspecMetadata();
        parse(xml, metadata, ".nuspec");
        return metadata;
    }

    private static void parse(byte[] xml, DefaultHandler handler, String name)
            throws PackageRefusedException {
        try {
            parser().parse(new ByteArrayInputStream(xml), handler);
        } catch (NuspecMetadata.RefusedWithin refused) {
            throw refused.refusal();
        } catch (SAXException | IOException malformed) {
            var where =
                    malformed instanceof SAXParseException at && at.getLineNumber() > 0
                            ? " at line " + at.getLineNumber()
                            : "";
            throw new PackageRefusedException(
                    NUSPEC_INVALID,
                    "The " + name + " is no well-formed XML without a document type" + where + ".",
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
}
