package stagecoach.packages.server.ingest;

import static stagecoach.packages.server.ingest.Refusal.Code.NUSPEC_INVALID;
import static stagecoach.packages.server.ingest.Refusal.Code.SYMBOLS_PACKAGE;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.xml.sax.Attributes;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;
import org.xml.sax.helpers.DefaultHandler;
import stagecoach.packages.server.index.DependencyRange;
import stagecoach.packages.server.index.PackageDetails;
import stagecoach.packages.server.index.PackageDetails.Dependency;
import stagecoach.packages.server.index.PackageDetails.DependencyGroup;
import stagecoach.vocabulary.packages.PackageId;

/** Collects what lies in {@code <package><metadata>} while the nuspec is parsed. */
final class NuspecMetadata extends DefaultHandler {

    /** More than this no page of a feed could show. */
    static final int DEPENDENCIES_MAX = 1000;

    private static final int PACKAGE_TYPES_MAX = 20;

    private static final Set<String> FIELDS =
            Set.of(
                    "id",
                    "version",
                    "authors",
                    "description",
                    "title",
                    "tags",
                    "projectUrl",
                    "licenseUrl",
                    "requireLicenseAcceptance");
    private static final String SYMBOLS = "SymbolsPackage";

    /** What XML 1.0 cannot write; an XML 1.1 nuspec can have it. */
    private static final Pattern UNWRITABLE =
            Pattern.compile(
                    "[^\\t\\n\\r\\x{20}-\\x{D7FF}\\x{E000}-\\x{FFFD}\\x{10000}-\\x{10FFFF}]");

    private final Map<String, String> fields = new HashMap<>();
    private final Map<String, List<Dependency>> groups = new LinkedHashMap<>();
    private final List<String> packageTypes = new ArrayList<>();
    private int depth;
    private boolean inMetadata;
    private String section = "";
    private String framework = "";
    private String minClientVersion = "";
    private boolean semVer2Range;
    private int dependencies;
    private @Nullable StringBuilder text;

    Map<String, String> fields() {
        return fields;
    }

    /** A field, or nothing, cut to its bound. */
    String text(String name) {
        return shown(fields.getOrDefault(name, ""));
    }

    /** All that is neither id nor version, authors nor description. */
    PackageDetails details() {
        return new PackageDetails(
                text("title"),
                text("tags"),
                webAddress(text("projectUrl")),
                webAddress(text("licenseUrl")),
                text("requireLicenseAcceptance").equalsIgnoreCase("true"),
                minClientVersion,
                semVer2Range || PackageDetails.needsSemVer2(fields.getOrDefault("version", "")),
                packageTypes,
                groups.entrySet().stream()
                        .map(group -> new DependencyGroup(group.getKey(), group.getValue()))
                        .toList());
    }

    private static String shown(String text) {
        var writable = UNWRITABLE.matcher(text).replaceAll(" ");
        if (writable.length() <= NuspecReader.TEXT_LENGTH_MAX) {
            return writable;
        }
        var end = NuspecReader.TEXT_LENGTH_MAX;
        // Half a character could be written nowhere.
        return writable.substring(
                0, Character.isHighSurrogate(writable.charAt(end - 1)) ? end - 1 : end);
    }

    /** Clients make it a link that people click: of anything but the web nothing is kept. */
    private static String webAddress(String address) {
        var lower = address.toLowerCase(Locale.ROOT);
        return lower.startsWith("https://") || lower.startsWith("http://") ? address : "";
    }

    @Override
    public void startElement(String uri, String name, String qName, Attributes attributes)
            throws SAXException {
        if (text != null) {
            throw new RefusedWithin(
                    NUSPEC_INVALID,
                    "The .nuspec has elements where only text may be, in its <metadata>.");
        }
        if (depth == 0 && !name.equals("package")) {
            throw new RefusedWithin(NUSPEC_INVALID, "The .nuspec does not begin with <package>.");
        }
        if (depth == 1) {
            inMetadata = name.equals("metadata");
            if (inMetadata) {
                minClientVersion = attribute(attributes, "minClientVersion");
            }
        }
        if (inMetadata && depth == 2) {
            section = name;
            framework = "";
            if (FIELDS.contains(name)) {
                text = new StringBuilder();
            }
        }
        if (inMetadata && depth > 2) {
            within(name, attributes);
        }
        depth++;
    }

    private void within(String name, Attributes attributes) throws RefusedWithin {
        if (depth == 3 && name.equals("packageType")) {
            packageType(attribute(attributes, "name"));
        }
        if (!section.equals("dependencies")) {
            return;
        }
        if (depth == 3) {
            framework = name.equals("group") ? attribute(attributes, "targetFramework") : "";
            if (name.equals("group")) {
                // One without any says that there it needs nothing.
                groups.computeIfAbsent(framework, _ -> new ArrayList<>());
                counted();
            }
        }
        if (name.equals("dependency") && depth <= 4) {
            dependency(attributes);
        }
    }

    private void packageType(String type) throws RefusedWithin {
        if (SYMBOLS.equalsIgnoreCase(type)) {
            throw new RefusedWithin(
                    SYMBOLS_PACKAGE,
                    "This is a symbols package (.snupkg), and there is no symbol server here."
                            + " Push the .nupkg alone (--no-symbols).");
        }
        if (!type.isEmpty() && packageTypes.size() < PACKAGE_TYPES_MAX) {
            packageTypes.add(type);
        }
    }

    private void dependency(Attributes attributes) throws RefusedWithin {
        counted();
        var range = attribute(attributes, "version");
        semVer2Range |= PackageDetails.needsSemVer2(range);
        try {
            groups.computeIfAbsent(framework, _ -> new ArrayList<>())
                    .add(
                            new Dependency(
                                    PackageId.parse(attribute(attributes, "id")),
                                    new DependencyRange(range)));
        } catch (IllegalArgumentException wrong) {
            throw new RefusedWithin(
                    NUSPEC_INVALID,
                    "A <dependency> of the .nuspec cannot be used: " + wrong.getMessage());
        }
    }

    private void counted() throws RefusedWithin {
        dependencies++;
        if (dependencies > DEPENDENCIES_MAX) {
            throw new RefusedWithin(
                    NUSPEC_INVALID,
                    "The .nuspec has more than " + DEPENDENCIES_MAX + " dependencies.");
        }
    }

    private static String attribute(Attributes attributes, String name) {
        var value = attributes.getValue(name);
        return value == null ? "" : shown(value.strip());
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
                        NUSPEC_INVALID, "The .nuspec has more than one <" + name + ">; keep one.");
            }
            text = null;
        }
    }

    @Override
    public void fatalError(SAXParseException malformed) throws SAXException {
        // The parser's own way would also print it.
        throw malformed;
    }

    /** Carries a refusal through the parser. */
    static final class RefusedWithin extends SAXException {
        private final PackageRefusedException refusal;

        RefusedWithin(Refusal.Code code, String sentence) {
            super(sentence);
            this.refusal = new PackageRefusedException(code, sentence);
        }

        PackageRefusedException refusal() {
            return refusal;
        }
    }
}
