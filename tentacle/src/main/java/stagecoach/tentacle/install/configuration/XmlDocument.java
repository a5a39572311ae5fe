package stagecoach.tentacle.install.configuration;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import javax.xml.XMLConstants;
import javax.xml.namespace.NamespaceContext;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.xpath.XPath;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathExpressionException;
import javax.xml.xpath.XPathFactory;
import javax.xml.xpath.XPathFactoryConfigurationException;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Attr;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NamedNodeMap;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;
import org.xml.sax.ErrorHandler;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;

/** An XML text as a tree, read with everything switched off that reads anything else. */
final class XmlDocument {
    private static final ErrorHandler STRICT =
            new ErrorHandler() {
                @Override
                public void warning(SAXParseException e) {}

                @Override
                public void error(SAXParseException e) throws SAXException {
                    throw e;
                }

                @Override
                public void fatalError(SAXParseException e) throws SAXException {
                    throw e;
                }
            };

    private XmlDocument() {}

    static Document parse(String text) throws UnreadableFile {
        try {
            return builder(true).parse(new InputSource(new StringReader(text)));
        } catch (SAXParseException e) {
            throw UnreadableFile.at(
                    Math.max(1, e.getLineNumber()), "it is no XML: " + e.getMessage());
        } catch (SAXException e) {
            throw UnreadableFile.whole("it is no XML: " + e.getMessage());
        } catch (IOException e) {
            throw new UncheckedIOException("a text in memory can be read", e);
        }
    }

    /** Whether the text can stand between tags and has an element. */
    static boolean isElements(String text) {
        if (!text.contains("<")) {
            return false;
        }
        try {
            Document around =
                    builder(false).parse(new InputSource(new StringReader("<x>" + text + "</x>")));
            return around.getElementsByTagName("*").getLength() > 1;
        } catch (SAXException none) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException("a text in memory can be read", e);
        }
    }

    private static DocumentBuilder builder(boolean namespaces) {
        try {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newDefaultInstance();
            factory.setNamespaceAware(namespaces);
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setFeature("http://xml.org/sax/features/external-general-entities", false);
            factory.setFeature("http://xml.org/sax/features/external-parameter-entities", false);
            factory.setFeature(
                    "http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
            factory.setAttribute(XMLConstants.ACCESS_EXTERNAL_DTD, "");
            factory.setAttribute(XMLConstants.ACCESS_EXTERNAL_SCHEMA, "");
            factory.setXIncludeAware(false);
            DocumentBuilder builder = factory.newDocumentBuilder();
            builder.setErrorHandler(STRICT);
            builder.setEntityResolver((_, _) -> new InputSource(new StringReader("")));
            return builder;
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException("the JDK has an XML parser", e);
        }
    }

    /** Selects nodes of one document. */
    static final class Search {
        private final Document document;
        private final XPath xpath;

        Search(Document document) {
            this.document = document;
            try {
                XPathFactory factory = XPathFactory.newDefaultInstance();
                factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
                xpath = factory.newXPath();
            } catch (XPathFactoryConfigurationException e) {
                throw new IllegalStateException("the JDK has XPath", e);
            }
            xpath.setNamespaceContext(new Prefixes(document));
        }

        /** What an expression selects. */
        List<Node> select(String expression) throws XPathExpressionException {
            NodeList found =
                    (NodeList) xpath.evaluate(expression, document, XPathConstants.NODESET);
            List<Node> nodes = new ArrayList<>(found.getLength());
            for (int i = 0; i < found.getLength(); i++) {
                nodes.add(found.item(i));
            }
            return nodes;
        }
    }

    /** The prefixes that the document declares; if it declares one twice, the first counts. */
    private static final class Prefixes implements NamespaceContext {
        private final Map<String, String> byPrefix = new HashMap<>();

        Prefixes(Document document) {
            NodeList elements = document.getElementsByTagName("*");
            for (int i = 0; i < elements.getLength(); i++) {
                NamedNodeMap attributes = ((Element) elements.item(i)).getAttributes();
                for (int j = 0; j < attributes.getLength(); j++) {
                    Attr attribute = (Attr) attributes.item(j);
                    if (attribute.getName().startsWith("xmlns:")) {
                        byPrefix.putIfAbsent(
                                attribute.getName().substring("xmlns:".length()),
                                attribute.getValue());
                    }
                }
            }
        }

        @Override
        public String getNamespaceURI(String prefix) {
            return byPrefix.getOrDefault(prefix, XMLConstants.NULL_NS_URI);
        }

        @Override
        public @Nullable String getPrefix(String namespace) {
            return null;
        }

        @Override
        public Iterator<String> getPrefixes(String namespace) {
            return Collections.emptyIterator();
        }
    }
}
