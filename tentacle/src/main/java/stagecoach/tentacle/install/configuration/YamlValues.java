package stagecoach.tentacle.install.configuration;

import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.ReaderException;

/**
 * Values of YAML. Only its events are read: tags make no objects and aliases are not followed, so a
 * file can do no more than be long. An alias gives way like a text; what is anchored changes for
 * all that refer to it.
 */
final class YamlValues implements Format.Reading {
    @Override
    public void read(TextFile file, Found found) throws UnreadableFile {
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(Integer.MAX_VALUE);
        LastScalar scanner = new LastScalar(file.text(), options);
        try {
            new YamlTree(new ParserImpl(scanner), scanner, file.text(), found).read();
        } catch (ReaderException e) {
            throw UnreadableFile.at(
                    UnreadableFile.line(file.text(), e.getPosition()),
                    "it is no YAML: it has a character that no YAML has");
        } catch (MarkedYAMLException e) {
            throw UnreadableFile.at(
                    e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1,
                    "it is no YAML: " + e.getProblem());
        } catch (YAMLException e) {
            throw UnreadableFile.whole("it is no YAML");
        }
    }
}
