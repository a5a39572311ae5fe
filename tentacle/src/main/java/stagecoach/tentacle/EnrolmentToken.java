package stagecoach.tentacle;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where the one-time token of an enrolment comes from. Arguments of processes can be seen by all
 * users of a machine, so it may come another way: {@code --token -} is the first line of the input,
 * {@code --token-file} that of a file.
 */
final class EnrolmentToken {
    private static final String TOKEN = "--token";
    private static final String FILE = "--token-file";

    private EnrolmentToken() {}

    /**
     * Reads the token.
     *
     * @throws Arguments.Misused if it is given in no way, or in two, or is empty
     */
    static String read(Arguments arguments, InputStream input)
            throws Arguments.Misused, IOException {
        Optional<String> given = arguments.option(TOKEN);
        Optional<String> file = arguments.option(FILE);
        if (given.isPresent() == file.isPresent()) {
            throw new Arguments.Misused("enrol needs one of %s and %s.".formatted(TOKEN, FILE));
        }
        String token =
                file.isPresent()
                        ? firstLine(
                                new StringReader(
                                        Files.readString(
                                                Path.of(file.get()), StandardCharsets.UTF_8)))
                        : given.filter("-"::equals).isPresent()
                                ? firstLine(new InputStreamReader(input, StandardCharsets.UTF_8))
                                : given.get();
        if (token.isBlank()) {
            throw new Arguments.Misused("The enrolment token is empty.");
        }
        return token.strip();
    }

    private static String firstLine(Reader reader) throws IOException {
        @Nullable String line = new BufferedReader(reader).readLine();
        return line == null ? "" : line;
    }
}
