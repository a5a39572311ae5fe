package stagecoach.packages.server.odata;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import stagecoach.packages.server.index.PackageEntry;

/** The service document and the metadata of the old protocol (NuGet v2), and its lists. */
public final class ODataDocuments {

    static final String ATOM = "http://www.w3.org/2005/Atom";
    static final String APP = "http://www.w3.org/2007/app";
    static final String DATA = "http://schemas.microsoft.com/ado/2007/08/dataservices";
    static final String METADATA = DATA + "/metadata";

    private static final String EDMX = "http://schemas.microsoft.com/ado/2007/06/edmx";
    private static final String EDM = "http://schemas.microsoft.com/ado/2006/04/edm";

    private ODataDocuments() {}

    private interface Writing {
        void write(XMLStreamWriter xml) throws XMLStreamException;
    }

    /**
     * What there is at the feed's folder.
     *
     * @param folder its absolute URL, with a slash at its end
     */
    public static byte[] service(String folder) {
        return document(
                xml -> {
                    xml.writeStartElement("service");
                    xml.writeDefaultNamespace(APP);
                    xml.writeNamespace("atom", ATOM);
                    xml.writeAttribute(
                            "xml", "http://www.w3.org/XML/1998/namespace", "base", folder);
                    xml.writeStartElement("workspace");
                    atomTitle(xml, "Default");
                    xml.writeStartElement("collection");
                    xml.writeAttribute("href", "Packages");
                    atomTitle(xml, "Packages");
                    xml.writeEndElement();
                    xml.writeEndElement();
                    xml.writeEndElement();
                });
    }

    private static void atomTitle(XMLStreamWriter xml, String title) throws XMLStreamException {
        xml.writeStartElement("atom", "title", ATOM);
        xml.writeCharacters(title);
        xml.writeEndElement();
    }

    /** Which functions there are: clients look here before they call one. */
    public static byte[] metadata() {
        return document(
                xml -> {
                    xml.writeStartElement("edmx", "Edmx", EDMX);
                    xml.writeNamespace("edmx", EDMX);
                    xml.writeAttribute("Version", "1.0");
                    xml.writeStartElement("edmx", "DataServices", EDMX);
                    xml.writeNamespace("m", METADATA);
                    xml.writeAttribute("m", METADATA, "DataServiceVersion", "2.0");
                    xml.writeStartElement("Schema");
                    xml.writeDefaultNamespace(EDM);
                    xml.writeAttribute("Namespace", "NuGet");
                    entityType(xml);
                    container(xml);
                    xml.writeEndElement();
                    xml.writeEndElement();
                    xml.writeEndElement();
                });
    }

    private static void entityType(XMLStreamWriter xml) throws XMLStreamException {
        xml.writeStartElement("EntityType");
        xml.writeAttribute("Name", "V2FeedPackage");
        xml.writeAttribute("m", METADATA, "HasStream", "true");
        xml.writeStartElement("Key");
        for (var key : List.of("Id", "Version")) {
            xml.writeEmptyElement("PropertyRef");
            xml.writeAttribute("Name", key);
        }
        xml.writeEndElement();
        for (var property : ODataProperty.ALL) {
            xml.writeEmptyElement("Property");
            xml.writeAttribute("Name", property.name());
            xml.writeAttribute("Type", property.type());
            xml.writeAttribute("Nullable", Boolean.toString(!property.isKey()));
        }
        xml.writeEndElement();
    }

    private static void container(XMLStreamWriter xml) throws XMLStreamException {
        xml.writeStartElement("EntityContainer");
        xml.writeAttribute("Name", "V2FeedContext");
        xml.writeAttribute("m", METADATA, "IsDefaultEntityContainer", "true");
        xml.writeEmptyElement("EntitySet");
        xml.writeAttribute("Name", "Packages");
        xml.writeAttribute("EntityType", "NuGet.V2FeedPackage");
        function(
                xml,
                "Search",
                List.of(
                        "searchTerm:Edm.String",
                        "targetFramework:Edm.String",
                        "includePrerelease:Edm.Boolean"));
        function(xml, "FindPackagesById", List.of("id:Edm.String"));
        xml.writeEndElement();
    }

    private static void function(XMLStreamWriter xml, String name, List<String> parameters)
            throws XMLStreamException {
        xml.writeStartElement("FunctionImport");
        xml.writeAttribute("Name", name);
        xml.writeAttribute("ReturnType", "Collection(NuGet.V2FeedPackage)");
        xml.writeAttribute("EntitySet", "Packages");
        xml.writeAttribute("m", METADATA, "HttpMethod", "GET");
        for (var parameter : parameters) {
            var colon = parameter.indexOf(':');
            xml.writeEmptyElement("Parameter");
            xml.writeAttribute("Name", parameter.substring(0, colon));
            xml.writeAttribute("Type", parameter.substring(colon + 1));
            xml.writeAttribute("Mode", "In");
        }
        xml.writeEndElement();
    }

    /**
     * A list of packages, in its order.
     *
     * @param next the absolute URL of what comes behind them, if the list goes on
     */
    static byte[] feed(
            String title, List<ODataPackage> packages, Optional<String> next, ODataUrls urls) {
        return document(
                xml -> {
                    xml.writeStartElement("feed");
                    namespaces(xml, urls);
                    text(xml, "id", urls.v2() + title);
                    text(xml, "title", title);
                    text(xml, "updated", updated(packages));
                    for (var shown : packages) {
                        xml.writeStartElement("entry");
                        entry(xml, shown, urls);
                        xml.writeEndElement();
                    }
                    if (next.isPresent()) {
                        xml.writeEmptyElement("link");
                        xml.writeAttribute("rel", "next");
                        xml.writeAttribute("href", next.get());
                    }
                    xml.writeEndElement();
                });
    }

    private static String updated(List<ODataPackage> packages) {
        return packages.stream()
                .map(ODataPackage::entry)
                .map(PackageEntry::published)
                .max(Comparator.naturalOrder())
                .orElse(Instant.EPOCH)
                .toString();
    }

    /** One package. */
    public static byte[] entry(ODataPackage shown, ODataUrls urls) {
        return document(
                xml -> {
                    xml.writeStartElement("entry");
                    namespaces(xml, urls);
                    entry(xml, shown, urls);
                    xml.writeEndElement();
                });
    }

    private static void namespaces(XMLStreamWriter xml, ODataUrls urls) throws XMLStreamException {
        xml.writeDefaultNamespace(ATOM);
        xml.writeNamespace("d", DATA);
        xml.writeNamespace("m", METADATA);
        xml.writeAttribute("xml", "http://www.w3.org/XML/1998/namespace", "base", urls.v2());
    }

    private static void entry(XMLStreamWriter xml, ODataPackage shown, ODataUrls urls)
            throws XMLStreamException {
        var entry = shown.entry();
        text(xml, "id", urls.entry(entry));
        xml.writeEmptyElement("category");
        xml.writeAttribute("term", "NuGet.V2FeedPackage");
        xml.writeAttribute("scheme", DATA + "/scheme");
        text(xml, "title", entry.pin().id().value());
        text(xml, "summary", "");
        text(xml, "updated", entry.published().toString());
        xml.writeStartElement("author");
        text(xml, "name", entry.authors());
        xml.writeEndElement();
        xml.writeEmptyElement("content");
        xml.writeAttribute("type", "application/zip");
        xml.writeAttribute("src", urls.nupkg(entry));
        xml.writeStartElement("m", "properties", METADATA);
        for (var property : ODataProperty.ALL) {
            xml.writeStartElement("d", property.name(), DATA);
            if (!property.type().equals(ODataProperty.STRING)) {
                xml.writeAttribute("m", METADATA, "type", property.type());
            }
            xml.writeCharacters(property.of(shown));
            xml.writeEndElement();
        }
        xml.writeEndElement();
    }

    private static void text(XMLStreamWriter xml, String name, String text)
            throws XMLStreamException {
        xml.writeStartElement(name);
        xml.writeCharacters(text);
        xml.writeEndElement();
    }

    private static byte[] document(Writing writing) {
        var bytes = new ByteArrayOutputStream();
        try {
            var xml =
                    XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(bytes, UTF_8.name());
            xml.writeStartDocument(UTF_8.name(), "1.0");
            writing.write(xml);
            xml.writeEndDocument();
            xml.close();
        } catch (XMLStreamException impossible) {
            throw new IllegalStateException(impossible);
        }
        return bytes.toByteArray();
    }
}
