package stagecoach.tentacle.install.configuration;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import javax.xml.xpath.XPathExpressionException;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Attr;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import stagecoach.vocabulary.template.VariableNames;

/**
 * Values of XML: the attributes and elements that variables select whose names are XPath, thus
 * begin with a slash. An element with elements in it gives way to elements only.
 */
final class XmlValues implements Format.Reading {
    @Override
    public void read(TextFile file, Found found) throws UnreadableFile {
        String text = file.text();
        List<XmlTags.Element> tags = XmlTags.of(text);
        Document document = XmlDocument.parse(text);
        IdentityHashMap<Node, XmlTags.Element> places = places(document, tags);
        XmlDocument.Search search = new XmlDocument.Search(document);
        for (Map.Entry<String, String> variable : found.variables().entrySet()) {
            if (VariableNames.isPath(variable.getKey())) {
                found.checkTime();
                try {
                    for (Node node : search.select(variable.getKey())) {
                        if (found.isTooMuch()) {
                            return;
                        }
                        new Place(file, found, variable.getKey(), variable.getValue(), places)
                                .replace(node);
                    }
                } catch (XPathExpressionException e) {
                    found.leave(
                            variable.getKey(), "it is no XPath of elements or attributes there");
                }
            }
        }
    }

    /** Tags and elements have one order. */
    private static IdentityHashMap<Node, XmlTags.Element> places(
            Document document, List<XmlTags.Element> tags) throws UnreadableFile {
        IdentityHashMap<Node, XmlTags.Element> places = new IdentityHashMap<>();
        for (Node node = document.getDocumentElement(); node != null; node = next(node)) {
            if (node instanceof Element element) {
                int number = places.size();
                if (number >= tags.size()
                        || !tags.get(number).name().equals(element.getTagName())) {
                    throw UnreadableFile.whole("its tags cannot be told apart");
                }
                places.put(element, tags.get(number));
            }
        }
        if (places.size() != tags.size()) {
            throw UnreadableFile.whole("its tags cannot be told apart");
        }
        return places;
    }

    private static @Nullable Node next(Node node) {
        if (node.getFirstChild() != null) {
            return node.getFirstChild();
        }
        for (Node up = node; up != null; up = up.getParentNode()) {
            if (up.getNextSibling() != null) {
                return up.getNextSibling();
            }
        }
        return null;
    }

    /** One variable's value at what it selects. */
    private record Place(
            TextFile file,
            Found found,
            String variable,
            String value,
            IdentityHashMap<Node, XmlTags.Element> places) {
        void replace(Node node) {
            if (!XmlText.allows(value)) {
                found.leave(variable, "its value has characters that no XML can hold");
                return;
            }
            switch (node) {
                case Attr attribute -> replaceAttribute(attribute);
                case Element element -> replaceElement(element);
                default ->
                        found.leave(
                                variable,
                                "it selects neither an element nor an attribute; name the element around a text");
            }
        }

        private void replaceAttribute(Attr attribute) {
            XmlTags.Element owner = places.get(attribute.getOwnerElement());
            XmlTags.Span span = owner == null ? null : owner.attributes().get(attribute.getName());
            if (span == null) {
                found.leave(variable, "it selects an attribute that does not stand there");
                return;
            }
            found.replace(
                    new Replacement(
                            variable, span.start(), span.end(), XmlText.attribute(value, file)));
        }

        private void replaceElement(Element element) {
            XmlTags.Element tag = places.get(element);
            if (tag == null) {
                found.leave(variable, "it selects an element that does not stand there");
                return;
            }
            XmlTags.Span content = tag.content();
            if (tag.alone()) {
                found.replace(
                        new Replacement(
                                variable,
                                content.start(),
                                content.end(),
                                ">%s</%s>".formatted(XmlText.content(value, file), tag.name())));
                return;
            }
            boolean hasElements = element.getElementsByTagName("*").getLength() > 0;
            if (hasElements && !XmlDocument.isElements(value)) {
                found.leave(
                        variable,
                        "there are elements in what it selects, and its value is none in XML");
                return;
            }
            String before = file.text().substring(content.start(), content.end()).strip();
            String written =
                    hasElements
                            ? value
                            : isCharacterData(before) && XmlText.isLiteral(value, file)
                                    ? "<![CDATA[" + value.replace("]]>", "]]]]><![CDATA[>") + "]]>"
                                    : XmlText.content(value, file);
            found.replace(new Replacement(variable, content.start(), content.end(), written));
        }

        private static boolean isCharacterData(String content) {
            return content.startsWith("<![CDATA[")
                    && content.endsWith("]]>")
                    && content.indexOf("]]>") == content.length() - 3;
        }
    }
}
