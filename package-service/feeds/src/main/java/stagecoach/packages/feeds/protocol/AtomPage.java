package stagecoach.packages.feeds.protocol;

import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;
import stagecoach.packages.server.index.DependencyRange;
import stagecoach.packages.server.index.PackageDetails;
import stagecoach.packages.server.index.PackageDetails.Dependency;
import stagecoach.packages.server.index.PackageDetails.DependencyGroup;
import stagecoach.packages.server.nuget.RegisteredVersion;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;

/**
 * A page of a v2 feed, an Atom document with OData properties.
 *
 * @param next where the next page is, if there is one
 */
record AtomPage(List<Entry> entries, Optional<String> next) {
    private static final XMLInputFactory XML = xml();

    AtomPage {
        entries = List.copyOf(entries);
    }

    /**
     * A package.
     *
     * @param content where its bytes are
     * @param texts its properties, by their names
     */
    record Entry(
            PackageId id,
            PackageVersion version,
            boolean listed,
            Optional<Sha512> digest,
            String content,
            Map<String, String> texts) {

        /** The same without what it tells besides: there may be many of them. */
        Entry bare() {
            return new Entry(id, version, listed, digest, content, Map.of());
        }

        /** What it tells, if all that it depends on can be read. */
        Optional<RegisteredVersion> registered() {
            try {
                return Optional.of(
                        new RegisteredVersion(
                                id,
                                version,
                                Optional.empty(),
                                CatalogEntry.instant(text("Published")),
                                listed,
                                text("Authors"),
                                text("Description"),
                                details()));
            } catch (IllegalArgumentException unreadable) {
                return Optional.empty();
            }
        }

        private String text(String property) {
            return texts.getOrDefault(property, "");
        }

        /** Dependencies are {@code id:range:framework}, with bars between them. */
        private PackageDetails details() {
            Map<String, List<Dependency>> groups = new LinkedHashMap<>();
            boolean semVer2 = PackageDetails.needsSemVer2(text("Version"));
            for (String each : text("Dependencies").split("\\|", -1)) {
                String[] parts = each.strip().split(":", 3);
                var group =
                        parts.length > 1 || !parts[0].isEmpty()
                                ? groups.computeIfAbsent(
                                        parts.length == 3 ? parts[2] : "", _ -> new ArrayList<>())
                                : new ArrayList<Dependency>();
                if (!parts[0].isEmpty()) {
                    String range = parts.length > 1 ? parts[1] : "";
                    semVer2 |= PackageDetails.needsSemVer2(range);
                    group.add(
                            new Dependency(PackageId.parse(parts[0]), new DependencyRange(range)));
                }
            }
            return new PackageDetails(
                    "",
                    text("Tags"),
                    "",
                    "",
                    "true".equalsIgnoreCase(text("RequireLicenseAcceptance")),
                    text("MinClientVersion"),
                    semVer2,
                    List.of(),
                    groups.entrySet().stream()
                            .map(group -> new DependencyGroup(group.getKey(), group.getValue()))
                            .toList());
        }
    }

    /** Nothing outside of a document is ever read for it. */
    private static XMLInputFactory xml() {
        var factory = XMLInputFactory.newFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_COALESCING, true);
        return factory;
    }

    /** The page; empty if the bytes are none. */
    static Optional<AtomPage> read(byte[] document) {
        try {
            var reader = XML.createXMLStreamReader(new ByteArrayInputStream(document));
            try {
                return new Reading(reader).page();
            } finally {
                reader.close();
            }
        } catch (XMLStreamException e) {
            return Optional.empty();
        }
    }

    private static final class Reading {
        private final XMLStreamReader reader;
        private final List<Entry> entries = new ArrayList<>();
        private Optional<String> next = Optional.empty();

        Reading(XMLStreamReader reader) {
            this.reader = reader;
        }

        Optional<AtomPage> page() throws XMLStreamException {
            boolean isFeed = false;
            while (reader.hasNext()) {
                if (reader.next() == XMLStreamConstants.START_ELEMENT) {
                    switch (reader.getLocalName()) {
                        case "feed" -> isFeed = true;
                        case "entry" -> entry();
                        case "link" -> link();
                        default -> {}
                    }
                }
            }
            return isFeed ? Optional.of(new AtomPage(entries, next)) : Optional.empty();
        }

        private void link() {
            if ("next".equals(reader.getAttributeValue(null, "rel"))) {
                next = Optional.ofNullable(reader.getAttributeValue(null, "href"));
            }
        }

        private void entry() throws XMLStreamException {
            Map<String, String> texts = new HashMap<>();
            @Nullable String content = null;
            while (reader.hasNext()) {
                int event = reader.next();
                if (event == XMLStreamConstants.END_ELEMENT
                        && reader.getLocalName().equals("entry")) {
                    break;
                }
                if (event != XMLStreamConstants.START_ELEMENT) {
                    continue;
                }
                switch (reader.getLocalName()) {
                    case "content" -> content = reader.getAttributeValue(null, "src");
                    case "title",
                            "Id",
                            "Version",
                            "NormalizedVersion",
                            "Published",
                            "Listed",
                            "Authors",
                            "Description",
                            "Tags",
                            "RequireLicenseAcceptance",
                            "MinClientVersion",
                            "Dependencies",
                            "PackageHash",
                            "PackageHashAlgorithm" ->
                            texts.put(reader.getLocalName(), reader.getElementText().strip());
                    default -> {}
                }
            }
            add(texts, content);
        }

        /** The title is the id where a feed leaves the property out. */
        private void add(Map<String, String> texts, @Nullable String content) {
            var id = Versions.readId(texts.getOrDefault("Id", texts.getOrDefault("title", "")));
            var version = Versions.read(texts.getOrDefault("Version", ""));
            if (id.isEmpty() || version.isEmpty() || content == null) {
                return;
            }
            boolean listed =
                    !texts.getOrDefault("Published", "").startsWith("1900-")
                            && !"false".equalsIgnoreCase(texts.get("Listed"));
            var digest =
                    "SHA512".equalsIgnoreCase(texts.getOrDefault("PackageHashAlgorithm", "SHA512"))
                            ? Digests.read(texts.getOrDefault("PackageHash", ""))
                            : Optional.<Sha512>empty();
            entries.add(
                    new Entry(id.get(), version.get(), listed, digest, content, Map.copyOf(texts)));
        }
    }
}
